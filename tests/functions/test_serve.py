"""`make run`'s server says what stands in its way."""

import socket
import subprocess
import sys
from pathlib import Path

from shared.variables import child_environment
from tests.servers import ROOT


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "functions.serve", "--port", str(port)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}: Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_store_that_nobody_serves_is_told_before_a_server_starts() -> None:
    command = [sys.executable, "-m", "functions.serve", "--port", "0"]
    environment = child_environment(GYM_HTTP_STORE="nowhere:")
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    [told] = ended.stderr.splitlines()
    assert told.startswith("GYM_HTTP_STORE does not start with the scheme of an installed store")


def test_a_store_that_cannot_be_written_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = subprocess.run(
        [sys.executable, "-m", "functions.serve", "--port", "0"],
        cwd=ROOT,
        env=child_environment(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/file/s.db"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "check the path, its permissions and its disk" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_server_may_open_as_many_files_as_its_sockets_take() -> None:
    program = (
        "import resource; from functions.serve import allow_files\n"
        "_, most = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))\n"
        "allow_files()\n"
        "now, _ = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "assert now == (65_536 if most == resource.RLIM_INFINITY else min(65_536, most)), (now, most)\n"
        "allow_files()\n"
        "assert resource.getrlimit(resource.RLIMIT_NOFILE) == (now, most)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
