"""`make run`'s server says what stands in its way."""

import socket
import subprocess
import sys

from tests.servers import ROOT


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "functions.serve", "--port", str(port)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert f"127.0.0.1 port {port} cannot be listened on: Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr
