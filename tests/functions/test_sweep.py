"""The function that a schedule calls deletes what has expired, and so does the command that a job calls."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.sweep import handler
from shared.settings import Settings
from shared.storage.sqlite import SQLiteStore
from shared.variables import child_environment
from tests.applications import Api, served
from tests.blocking import Blocking
from tests.servers import ROOT

NOTHING = {"instances": 0, "index_entries": 0, "checkpoints": 0, "tombstones": 0, "indexed": 0, "segments": 0}


def command(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "functions.sweep"],
        cwd=ROOT,
        env=child_environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def states(store: Path) -> int:
    """The number of stored instances."""
    opened = Blocking(SQLiteStore(store))
    found = len(list(opened.list("state/")))
    opened.close()
    return found


def test_the_timer_of_a_deployment_sweeps_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYM_HTTP_STORE", f"sqlite:///{tmp_path}/snapshots.db")
    assert handler({}, None) == NOTHING


def test_a_job_deletes_what_a_server_left_to_it(tmp_path: Path) -> None:
    """The server's own timer would sweep at its second start."""
    kept = Settings(store=f"sqlite:///{tmp_path}/snapshots.db", idle_ttl_s=0.2, sweep="off")
    with served("local", kept) as client:
        Api(client).create()
    time.sleep(0.3)
    with served("local", kept) as client:
        assert Api(client).get("/v1/envs/").json == {}
        time.sleep(0.2)
    assert states(tmp_path / "snapshots.db") == 1
    swept = command(GYM_HTTP_STORE=kept.store, GYM_HTTP_IDLE_TTL_S="0.2")
    assert (swept.returncode, json.loads(swept.stdout)["instances"]) == (0, 1)
    assert states(tmp_path / "snapshots.db") == 0


def test_a_servers_own_timer_sweeps_unless_it_is_off(tmp_path: Path) -> None:
    kept = Settings(store=f"sqlite:///{tmp_path}/snapshots.db", idle_ttl_s=0.2, sweep="off")
    with served("local", kept) as client:
        Api(client).create()
    time.sleep(0.3)
    with served("local", replace(kept, sweep="timer")):
        deadline = time.monotonic() + 30
        while states(tmp_path / "snapshots.db") and time.monotonic() < deadline:
            time.sleep(0.05)
    assert states(tmp_path / "snapshots.db") == 0


def test_a_job_with_a_wrong_setting_says_so_and_fails(tmp_path: Path) -> None:
    swept = command(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/x.db", GYM_HTTP_SWEEP="sometimes")
    assert (swept.returncode, "GYM_HTTP_SWEEP is malformed: use timer or off" in swept.stderr) == (1, True)
