"""The tutorial goes from a lost episode to a film, a branch and a dataset."""

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, play
from tests.servers import Server


@pytest.mark.filterwarnings("ignore")
def test_every_block_runs_and_prints_what_it_says(
    docs_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    play(PAGES["docs/time-machine.md"], docs_server.url, folder)
    assert (folder / "step-60.png").read_bytes()[:4] == b"\x89PNG"
    assert (folder / "flight.npz").stat().st_size > 1000
