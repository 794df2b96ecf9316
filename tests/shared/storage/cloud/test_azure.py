"""The store in a container of Azure: the contract on azurite, and what a refusal or a wrong setting comes to."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from infra.azurite.azurite import Azurite
from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.storage.cloud.azure import AzureStore
from shared.storage.protocol import ABSENT, Conflict, Store, Tag
from shared.storage.testing.listings import ListingRules
from shared.storage.testing.objects import ObjectRules
from shared.storage.testing.races import RaceRules
from shared.storage.testing.sharing import SharingRules
from tests.blocking import Blocking, result
from tests.fixtures_azure import CONTAINER
from tests.shared.storage.cloud.wire import Answer, Fate, running_wire

KEY = "state/me/one"
TAG = Tag('"0x8D4BCC2E4835CD0"')

CALLS: dict[str, Callable[[Blocking[AzureStore]], object]] = {
    "get": lambda store: store.get(KEY),
    "put": lambda store: store.put(KEY, b"body"),
    "put absent": lambda store: store.put(KEY, b"body", expect=ABSENT),
    "put expecting": lambda store: store.put(KEY, b"body", expect=TAG),
    "list": lambda store: store.list("state/"),
}


@pytest.fixture
def azure(azure_environment: Azurite) -> Iterator[Blocking[AzureStore]]:
    store = Blocking(AzureStore(CONTAINER, uuid.uuid4().hex))
    yield store
    store.close()


class TestAzureStore(ObjectRules, ListingRules, RaceRules, SharingRules):
    """A real server of Azure's API. It has no deletes under a condition, as its capabilities say."""

    @pytest.fixture
    def store(self, azure: Blocking[AzureStore]) -> Store:
        return azure.store

    @pytest.fixture
    def second(self, azure: Blocking[AzureStore]) -> Iterator[Store]:
        store = AzureStore(CONTAINER, azure.store.prefix)
        yield store
        result(store.close())


def test_it_does_not_delete_under_a_condition(azure: Blocking[AzureStore]) -> None:
    tag = azure.put(KEY, b"body")
    assert not azure.store.capabilities.deletes_conditionally
    with pytest.raises(NotImplementedError):
        azure.delete(KEY, tag)


@pytest.mark.parametrize("call", ["put absent", "put expecting"])
def test_a_refused_precondition_is_told_as_sent_once(azure: Blocking[AzureStore], call: str) -> None:
    azure.put(KEY, b"another version")
    with pytest.raises(Conflict) as raised:
        CALLS[call](azure)
    assert raised.value.sent_once


@pytest.mark.parametrize("call", ["put absent", "put expecting"])
@pytest.mark.parametrize("fate", [Fate.DROPPED, Answer(503, "ServerBusy")])
def test_a_put_without_an_answer_has_an_unknown_outcome_and_is_sent_once(
    azure_environment: Azurite, monkeypatch: pytest.MonkeyPatch, call: str, fate: Fate | Answer
) -> None:
    with running_wire() as wire:
        monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", f"{wire.endpoint}/devstoreaccount1")
        wire.fates.append(fate)
        with pytest.raises(OutcomeUnknown):
            CALLS[call](Blocking(AzureStore(CONTAINER)))
    assert wire.methods == ["PUT"]


@pytest.mark.parametrize("call", CALLS)
def test_a_missing_container_is_named(azure_environment: Azurite, call: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"'nowhere' named by GYM_HTTP_STORE .*; create the container"):
        CALLS[call](Blocking(AzureStore("nowhere")))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0"),
        ("AZURE_STORAGE_ACCOUNT_KEY", "not base64"),
        ("AZURE_STORAGE_ENDPOINT", "http://127.0.0.1:1/devstoreaccount1"),
        ("AZURE_STORAGE_ENDPOINT", "not an address"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_not_shown(
    azure_environment: Azurite, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StoreUnavailable) as raised:
        Blocking(AzureStore(CONTAINER)).put(KEY, b"body", ABSENT)
    assert name in raised.value.detail
    assert value.removeprefix("http://127.0.0.1:1/") not in raised.value.detail


def test_an_account_that_is_not_named_is_told(azure_environment: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME")
    with pytest.raises(StoreUnavailable, match="AZURE_STORAGE_ACCOUNT_NAME"):
        Blocking(AzureStore(CONTAINER)).get(KEY)
