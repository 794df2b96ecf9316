"""Servers that are forks of one interpreter are as those that are interpreters of their own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forked_servers
from tests.forked_servers import ForkedServer, begun, kept
from tests.servers import uvicorn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere a server is an interpreter of its own.")


def test_each_has_a_process_and_an_environment_of_its_own(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/snapshots.db"
    with (
        uvicorn(GYM_HTTP_STORE=store) as one,
        uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_API_KEYS="me:secret") as other,
    ):
        assert len({os.getpid(), one.process.pid, other.process.pid}) == 3
        assert one.send("GET", "/v1/envs/").status == 200
        assert other.send("GET", "/v1/envs/").status == 401


def test_one_that_is_killed_has_ended_so_and_its_output_ends(tmp_path: Path) -> None:
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as server:
        assert server.process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(0.01)
        server.kill()
        assert server.process.poll() == server.process.returncode == -signal.SIGKILL
        assert b"shutdown complete" not in server.rest.result(60)


def test_one_that_is_asked_to_end_ends_by_itself(tmp_path: Path) -> None:
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as server:
        server.process.terminate()
        server.process.wait(60)
        assert b"Application shutdown complete" in server.rest.result(60)


def test_one_that_cannot_start_tells_why_and_its_status() -> None:
    with begun(["functions.serve", "--port", "0"], {"GYM_HTTP_STORE": "nowhere:"}) as server:
        assert isinstance(server, ForkedServer)
        assert b"GYM_HTTP_STORE" in server.stdout.read()
        assert server.wait(60) == 1


def test_what_an_interpreter_reads_as_it_begins_makes_it_a_new_one() -> None:
    with begun(["functions.serve", "--help"], {"PYTHONHASHSEED": "7"}) as server:
        assert isinstance(server, subprocess.Popen)
        assert server.stdout is not None
        assert b"usage: python -m functions.serve" in server.stdout.read()
        assert server.wait(60) == 0


def test_servers_end_with_what_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked_servers, "_kept", None)
    with kept():
        left = begun(["uvicorn", "functions.local:app", "--port", "0"], {"GYM_HTTP_STORE": "memory:"})
        assert left.stdout is not None
        assert left.stdout.readline()
    with left:
        left.stdout.read()
        assert left.wait(60) == -signal.SIGKILL
