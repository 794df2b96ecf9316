"""The store in a bucket of Google's cloud: what it sends, to a server made by Google's documentation."""

import json
import uuid
from collections.abc import Iterator

import pytest

from shared.errors import StoreUnavailable
from shared.storage.cloud.google import GoogleStore
from shared.storage.protocol import ABSENT, Conflict, Store
from shared.storage.testing.listings import ListingRules
from shared.storage.testing.objects import ObjectRules
from shared.storage.testing.races import RaceRules
from shared.storage.testing.sharing import SharingRules
from tests.blocking import Blocking, result
from tests.shared.storage.cloud.google_server import Objects, google_server
from tests.shared.storage.cloud.wire import Answer, running_wire

KEY = "state/me/one"


def named(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """The process environment names the server, which asks for no token."""
    account = {"gcs_base_url": endpoint, "disable_oauth": True}
    empty = dict.fromkeys(("client_email", "private_key", "private_key_id"), "")
    monkeypatch.setenv("GOOGLE_BASE_URL", endpoint)
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps(account | empty))


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[Objects]:
    with google_server() as (endpoint, objects):
        named(monkeypatch, endpoint)
        yield objects


@pytest.fixture
def google(objects: Objects) -> Iterator[Blocking[GoogleStore]]:
    store = Blocking(GoogleStore("tests", uuid.uuid4().hex))
    yield store
    store.close()


class TestGoogleStore(ObjectRules, ListingRules, RaceRules, SharingRules):
    @pytest.fixture
    def store(self, google: Blocking[GoogleStore]) -> Store:
        return google.store

    @pytest.fixture
    def second(self, google: Blocking[GoogleStore]) -> Iterator[Store]:
        store = GoogleStore("tests", google.store.prefix)
        yield store
        result(store.close())


def test_a_write_expects_a_generation(google: Blocking[GoogleStore], objects: Objects) -> None:
    """Google compares ETags in reads alone."""
    stale = google.put(KEY, b"first")
    google.put(KEY, b"second", stale)
    for expect in (stale, ABSENT):
        with pytest.raises(Conflict) as raised:
            google.put(KEY, b"third", expect)
        assert raised.value.sent_once
    assert objects.refused == [stale.partition(" ")[0], "0"]


def test_who_starts_a_server_is_told_that_it_is_slow_and_untried(google: Blocking[GoogleStore]) -> None:
    caution = google.store.capabilities.caution
    assert "one write a second" in caution
    assert "has not been tried" in caution


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(404, "NoSuchBucket"), "create the bucket"),
        (Answer(403, "AccessDenied"), "Storage Object User"),
        (Answer(429, "SlowDown"), "less than once a second"),
    ],
)
def test_a_refusal_tells_what_to_mend(monkeypatch: pytest.MonkeyPatch, answer: Answer, words: str) -> None:
    with running_wire() as wire:
        named(monkeypatch, wire.endpoint)
        wire.fates += [answer] * 3
        with pytest.raises(StoreUnavailable, match=words):
            Blocking(GoogleStore("tests")).get(KEY)
