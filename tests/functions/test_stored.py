"""What somebody did to the store shows as a clear error, and nothing stored is thrown away for it."""

import dataclasses
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import gymnasium
import pytest

from shared.errors import Misconfigured
from shared.session.live import restore
from shared.settings import PUBLIC, Settings
from shared.snapshot.versions import compatibility
from shared.storage.address import StoreAddress
from shared.storage.open import open_store
from shared.storage.protocol import Store, Stored
from tests.applications import Api, served
from tests.blocking import Blocking


@pytest.fixture
def store(settings: Settings) -> Iterator[Blocking[Store]]:
    opened = Blocking(open_store(StoreAddress.parse(settings.store), "process"))
    yield opened
    opened.close()


def key_of(instance: str) -> str:
    return f"state/{PUBLIC}/{instance.rpartition('/')[2]}"


def stored(store: Blocking[Store], key: str) -> bytes:
    found = store.get(key)
    assert isinstance(found, Stored)
    return found.body


def started(settings: Settings) -> str:
    """An instance that a process made which has ended."""
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create("CartPole-v1")
        api.post(f"{instance}/reset/", {"seed": 1})
    return instance


@pytest.mark.parametrize("change", ["truncated", "altered", "nonsense", "empty"])
def test_a_snapshot_that_was_touched_is_told_of_and_left_where_it_is(
    settings: Settings, store: Blocking[Store], change: str
) -> None:
    instance = started(settings)
    sealed = stored(store, key_of(instance))
    touched = {
        "truncated": sealed[:-1],
        "altered": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "nonsense": b"nonsense" * 100,
        "empty": b"",
    }[change]
    store.put(key_of(instance), touched)
    with served("local", settings) as client:
        reply = Api(client).post(f"{instance}/step/", {"action": 1})
    assert (reply.status, reply.json["type"]) == (500, "urn:gym-http:problem:snapshot-corrupt")
    assert stored(store, key_of(instance)) == touched


def test_a_snapshot_in_anothers_place_is_refused(settings: Settings, store: Blocking[Store]) -> None:
    one, other = started(settings), started(settings)
    store.put(key_of(one), stored(store, key_of(other)))
    with served("local", settings) as client:
        reply = Api(client).post(f"{one}/step/", {"action": 1})
        assert (reply.status, "another instance's" in reply.json["detail"]) == (500, True)
        assert Api(client).post(f"{other}/step/", {"action": 1}).status == 200


def test_a_key_that_is_gone_is_named_and_one_that_was_rotated_still_opens(settings: Settings) -> None:
    old = dataclasses.replace(settings, signing_keys=("o" * 32,))
    instance = started(old)
    with served("local", dataclasses.replace(settings, signing_keys=("n" * 32,))) as client:
        reply = Api(client).post(f"{instance}/step/", {"action": 1})
        assert (reply.status, reply.json["type"]) == (503, "urn:gym-http:problem:snapshot-unverified")
        assert "GYM_HTTP_SIGNING_KEYS=OLD,NEW on all of them, then NEW,OLD" in reply.json["detail"]
        assert reply.headers["retry-after"] == "5"
    with served("local", dataclasses.replace(settings, signing_keys=("n" * 32, "o" * 32))) as client:
        assert Api(client).post(f"{instance}/step/", {"action": 1}).status == 200
    with served("local", dataclasses.replace(settings, signing_keys=("n" * 32,))) as client:
        assert Api(client).post(f"{instance}/step/", {"action": 1}).status == 200


def test_a_new_key_that_goes_out_in_the_three_documented_rounds_is_noticed_by_nobody(settings: Settings) -> None:
    """Two servers, each a round behind the other at some moment, step one instance by turns."""
    old, new = "o" * 32, "n" * 32
    rounds = [(old,), (old, new), (new, old), (new,)]
    instance = started(dataclasses.replace(settings, signing_keys=(old,)))
    for before, after in pairwise(rounds):
        with (
            served("local", dataclasses.replace(settings, signing_keys=before)) as one,
            served("local", dataclasses.replace(settings, signing_keys=after)) as other,
        ):
            for client in (one, other, one, other):
                assert Api(client).post(f"{instance}/step/", {"action": 1}).status == 200


def test_a_lost_key_file_is_told_at_the_start(settings: Settings, tmp_path: Path) -> None:
    started(settings)
    (tmp_path / "snapshots.db.key").unlink()
    with pytest.raises(Misconfigured, match=r"snapshots\.db\.key is missing, and the store has snapshots"):
        served("local", settings).__enter__()
    assert not (tmp_path / "snapshots.db.key").exists()


def test_another_version_of_a_library_is_409_with_both_named_and_the_one_that_continues(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = started(settings)
    written = gymnasium.__version__
    with monkeypatch.context() as patched:
        patched.setattr(compatibility, "version_here", lambda name: "9.9.9" if name == "gymnasium" else "")
        with served("local", settings) as client:
            reply = Api(client).post(f"{instance}/step/", {"action": 1})
    assert (reply.status, reply.json["type"].rpartition(":")[2]) == (409, "snapshot-incompatible")
    assert (reply.json["written"]["gymnasium"], reply.json["here"]["gymnasium"]) == (written, "9.9.9")
    assert reply.json["continued_by"]["gymnasium"][0] == written
    with served("local", settings) as client:
        assert Api(client).post(f"{instance}/step/", {"action": 1}).status == 200


def test_a_snapshot_from_another_processor_goes_on_with_a_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = started(settings)
    monkeypatch.setattr(compatibility, "cpu_features", lambda: "OTHER")
    monkeypatch.setattr(restore, "cpu_features", lambda: "OTHER")
    with served("local", settings) as client:
        api = Api(client)
        first, second = (api.post(f"{instance}/step/", {"action": 1}) for _ in range(2))
    assert (first.status, "OTHER" in first.headers["warning"]) == (200, True)
    assert "warning" not in second.headers
