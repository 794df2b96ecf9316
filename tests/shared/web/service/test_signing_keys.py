"""The signing key kept beside a store is made once, whoever starts first, and only its owner may read it."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.errors import Misconfigured, StoreUnavailable
from shared.storage.capabilities import Capabilities
from shared.web.service.signing_keys import hand_over, signing_keys

SHARED = Capabilities(remote=False, shared=True, max_object_bytes=1)

SCRIPT = """
import sys
from pathlib import Path
from shared.web.service.signing_keys import signing_keys
from shared.storage.capabilities import Capabilities
store = Capabilities(remote=False, shared=True, max_object_bytes=1, key_file=Path(sys.argv[1]))
print(signing_keys((), store)[0].decode())
"""


def test_processes_that_start_at_the_same_time_agree_on_one_key(tmp_path: Path) -> None:
    def start(_: int) -> str:
        command = [sys.executable, "-c", SCRIPT, f"{tmp_path}/new/s.db.key"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(start, range(8)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["s.db.key"]


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    store = replace(SHARED, key_file=tmp_path / "s.db.key")
    assert signing_keys((), store) == signing_keys((), store)
    assert stat.S_IMODE((tmp_path / "s.db.key").stat().st_mode) == 0o600


def test_keys_that_are_set_are_used_newest_first_and_no_file_is_made(tmp_path: Path) -> None:
    store = replace(SHARED, key_file=tmp_path / "s.db.key")
    assert signing_keys(("n" * 32, "o" * 32), store) == [b"n" * 32, b"o" * 32]
    assert list(tmp_path.iterdir()) == []


def test_a_shared_store_without_a_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="GYM_HTTP_SIGNING_KEYS is not set"):
        signing_keys((), SHARED)


def test_a_store_of_one_process_has_a_key_of_its_own_each_time() -> None:
    store = replace(SHARED, shared=False)
    assert signing_keys((), store) != signing_keys((), store)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Misconfigured, match="fewer than 16 characters"):
        signing_keys(("n" * 32, "short"), SHARED)


@pytest.mark.parametrize("content", [b"", b"\n", b"fifteen bytes.."])
def test_a_key_file_that_was_emptied_or_cut_short_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.db.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match=f"s.db.key has {len(content)} bytes"):
        signing_keys((), replace(SHARED, key_file=path))


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o644, 0o666])
def test_a_key_file_that_everyone_can_read_or_replace_is_refused(tmp_path: Path, mode: int) -> None:
    store = replace(SHARED, key_file=tmp_path / "s.db.key")
    signing_keys((), store)
    (tmp_path / "s.db.key").chmod(mode)
    with pytest.raises(Misconfigured, match=f"open to every user of this host .mode {mode:04o}.*0600"):
        signing_keys((), store)


def test_a_key_file_on_a_volume_of_the_pods_group_is_taken(tmp_path: Path) -> None:
    store = replace(SHARED, key_file=tmp_path / "s.db.key")
    keys = signing_keys((), store)
    (tmp_path / "s.db.key").chmod(0o660)
    assert signing_keys((), store) == keys


def test_no_new_key_is_made_beside_snapshots_that_were_signed_with_another(tmp_path: Path) -> None:
    store = replace(SHARED, key_file=tmp_path / "s.db.key")
    with pytest.raises(Misconfigured, match=r"s\.db\.key is missing, and the store has snapshots"):
        signing_keys((), store, lambda: True)
    assert list(tmp_path.iterdir()) == []
    assert signing_keys(("n" * 32,), store, lambda: True) == [b"n" * 32]


def test_a_key_that_another_process_makes_and_uses_at_this_moment_is_taken(tmp_path: Path) -> None:
    store = replace(SHARED, key_file=tmp_path / "s.db.key")
    made: list[bytes] = []

    def used_by_another() -> bool:
        made.extend(signing_keys((), store))
        return True

    assert signing_keys((), store, used_by_another) == made


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="GYM_HTTP_STORE"):
        signing_keys((), replace(SHARED, key_file=tmp_path / "file" / "s.db.key"))


def test_a_key_is_handed_over_to_a_store_that_has_none_and_replaces_no_other(tmp_path: Path) -> None:
    store = replace(SHARED, key_file=tmp_path / "new" / "s.db.key")
    for _ in range(2):
        hand_over(b"k" * 32, store)
    assert signing_keys((), store) == [b"k" * 32]
    assert stat.S_IMODE((tmp_path / "new/s.db.key").stat().st_mode) == 0o600
    with pytest.raises(Misconfigured, match="another key"):
        hand_over(b"o" * 32, store)
    assert signing_keys((), store) == [b"k" * 32]
    with pytest.raises(Misconfigured, match="no place for a key"):
        hand_over(b"k" * 32, SHARED)
