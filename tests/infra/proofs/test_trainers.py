"""`make train` serves for the learner as long as that runs, and ends with its exit status."""

import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from infra.proofs import train

LEARNER = """
import pathlib, sys, urllib.request
_, url, told, status = sys.argv[1:]
assert urllib.request.urlopen(f"{url}/v1/health/").status == 200
pathlib.Path(told).write_text(url)
sys.exit(int(status))
"""


@pytest.mark.parametrize("status", [0, 3])
def test_the_learner_is_served_and_its_exit_status_returned(
    status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "learner.py").write_text(LEARNER)
    monkeypatch.setattr(train, "_SCRIPT", str(tmp_path / "learner.py"))
    assert train.main(sys.executable, str(tmp_path / "url"), str(status)) == status
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen((tmp_path / "url").read_text(), timeout=5)
