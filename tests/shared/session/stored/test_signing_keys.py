"""The signing key beside a SQLite store is made once, whoever comes first, and only its owner may read it."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.errors import Misconfigured, StoreUnavailable
from shared.session.stored.signing_keys import signing_keys
from shared.settings import Settings

SCRIPT = """
import sys
from shared.session.stored.signing_keys import signing_keys
from shared.settings import Settings
print(signing_keys(Settings(store=sys.argv[1]))[0].decode())
"""


def test_first_starts_at_the_same_time_agree_on_one_key(tmp_path: Path) -> None:
    def start(_: int) -> str:
        command = [sys.executable, "-c", SCRIPT, f"sqlite:///{tmp_path}/new/s.db"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(start, range(8)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["s.db.key"]


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    settings = Settings(store=f"sqlite:///{tmp_path}/s.db")
    assert signing_keys(settings) == signing_keys(settings)
    assert stat.S_IMODE((tmp_path / "s.db.key").stat().st_mode) == 0o600


def test_keys_that_are_set_are_used_newest_first() -> None:
    settings = Settings(store="s3://bucket", signing_keys=("n" * 32, "o" * 32))
    assert signing_keys(settings) == [b"n" * 32, b"o" * 32]


def test_a_shared_store_without_a_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="GYM_HTTP_SIGNING_KEYS is not set"):
        signing_keys(Settings(store="s3://bucket"))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="fewer than 16 characters"):
        signing_keys(Settings(signing_keys=("short",)))


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="GYM_HTTP_STORE"):
        signing_keys(Settings(store=f"sqlite:///{tmp_path}/file/s.db"))
