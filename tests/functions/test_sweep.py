"""The function that a schedule calls deletes what has expired."""

from typing import Any

import pytest

from functions.sweep import handler


def test_the_timer_of_a_deployment_sweeps_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYM_HTTP_STORE", f"sqlite:///{tmp_path}/snapshots.db")
    assert handler({}, None) == {
        "instances": 0,
        "index_entries": 0,
        "checkpoints": 0,
        "tombstones": 0,
        "indexed": 0,
    }
