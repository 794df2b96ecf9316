"""What one run stored, the next one can read."""

import stat
from pathlib import Path

import pytest

from infra.s3.kept_key import kept_key
from shared.errors import Misconfigured


def test_the_signing_key_stays_from_run_to_run_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    key = kept_key(path)
    assert len(key) == 64
    assert kept_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_two_folders_have_keys_of_their_own(tmp_path: Path) -> None:
    assert kept_key(tmp_path / "one") != kept_key(tmp_path / "other")


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"f" * 63, b"F" * 64, b"f" * 64 + b"\n", b"\xff" * 64])
def test_a_file_without_a_key_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    """An empty key would sign whatever anyone stores there."""
    path = tmp_path / "signing.key"
    path.write_bytes(content)
    with pytest.raises(Misconfigured) as raised:
        kept_key(path)
    assert str(path) in raised.value.detail
    assert "\n" not in raised.value.detail
    assert path.read_bytes() == content
