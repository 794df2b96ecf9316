"""`make catalog` writes the table of what can be made here."""

import json
from pathlib import Path

import gymnasium
import pytest

from infra.proofs import catalog
from shared.session.catalog.catalog import shipped


def test_the_table_has_what_the_environments_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of three only: to make all of them takes minutes."""
    monkeypatch.setattr(catalog, "TABLE", tmp_path / "catalog.json")
    few = {env_id: gymnasium.registry[env_id] for env_id in ("CartPole-v1", "Taxi-v4", "Ant-v2")}
    monkeypatch.setattr(gymnasium, "registry", few)
    catalog.main()
    table = json.loads((tmp_path / "catalog.json").read_text())
    assert [*table["environments"]] == ["CartPole-v1", "Taxi-v4"]
    for env_id, entry in table["environments"].items():
        assert {**entry, "keys": table["keymaps"][entry["keys"]]} == shipped(env_id)
    assert capsys.readouterr().out.startswith("2 environments in ")
