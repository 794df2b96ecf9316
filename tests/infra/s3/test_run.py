"""What one run stored, the next one can read."""

import stat
from pathlib import Path

from infra.s3.run import kept_key


def test_the_signing_key_stays_from_run_to_run_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    key = kept_key(path)
    assert len(key) == 64
    assert kept_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_folders_have_keys_of_their_own(tmp_path: Path) -> None:
    assert kept_key(tmp_path / "one") != kept_key(tmp_path / "other")
