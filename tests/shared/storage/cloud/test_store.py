"""What the stores of all clouds do alike: page after page, whole replies, and no secret in an error."""

import asyncio
import traceback
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from infra.s3.seaweedfs import SeaweedFS
from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.session.stored.in_parts import in_parts
from shared.storage.cloud.s3 import S3Store
from shared.storage.cloud.store import CloudStore
from shared.storage.protocol import ABSENT, UNCHANGED, Conflict, Stored
from tests.blocking import Blocking, result
from tests.fixtures_s3 import BUCKET
from tests.shared.storage.cloud.wire import Answer, Fate, Wire, running_wire

KEY = "state/me/one"


@pytest.fixture
def wire(aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    with running_wire(aws_environment.endpoint) as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", wire.endpoint)
        yield wire


def test_a_listing_that_breaks_off_goes_on_behind_its_last_entry(wire: Wire) -> None:
    """In the middle of a page or between two, each object comes once."""
    keys = [f"state/me/{number:04}" for number in range(1005)]

    async def filled() -> None:
        store = S3Store(BUCKET, "pages")
        await in_parts(store, lambda key: store.put(key, b""), keys)
        await store.close()

    with pytest.MonkeyPatch.context() as past_the_wire:
        past_the_wire.setenv("AWS_ENDPOINT_URL_S3", wire.upstream)
        result(filled())
    store = Blocking(S3Store(BUCKET, "pages"))
    wire.fates += [Fate.PASSED, Fate.REPLY_CUT]
    assert [entry.key for entry in store.list("state/")] == keys
    assert wire.methods == ["GET"] * 3


def test_a_listing_that_keeps_breaking_off_is_given_up(wire: Wire) -> None:
    wire.fates += [Fate.REPLY_CUT] * 3
    with pytest.raises(StoreUnavailable, match="break off"):
        Blocking(S3Store(BUCKET, "none")).list("state/")


def test_an_error_shows_no_address_and_no_message_of_the_servers(wire: Wire) -> None:
    """Either may hold a signature or a part of the request."""
    for answer, kind in ((Answer(500, "InternalError"), OutcomeUnknown), (Answer(403, "Odd"), StoreUnavailable)):
        wire.fates.append(answer)
        with pytest.raises(kind) as raised:
            Blocking(S3Store(BUCKET, "none")).put(KEY, b"", ABSENT)
        shown = "".join(traceback.format_exception(raised.value))
        assert "A text of its own" not in shown
        assert wire.endpoint not in shown


async def _suspends(call: Coroutine[Any, Any, Any]) -> bool:
    """Whether anything else on the event loop has a turn before the call is done."""
    turns: list[None] = []
    asyncio.get_running_loop().call_soon(turns.append, None)
    await call
    return bool(turns)


def test_a_store_that_holds_the_loop_answers_before_anything_else_has_a_turn(aws_environment: SeaweedFS) -> None:
    """So no thread has to hand anything to another."""

    async def test() -> None:
        store = S3Store(BUCKET, "held")
        tag = await store.put(KEY, b"body")
        tag = await store.put(KEY, b"body", expect=tag)  # by a handle of its own, which is opened in a thread
        for call in (store.put(KEY, b"body"), store.get(KEY)):
            assert await _suspends(call)
        assert store.capabilities.hold_loop is not None
        store.capabilities.hold_loop()
        assert not await _suspends(store.put(KEY, b"body"))
        for call in (store.get(KEY), store.get(KEY, unless=tag), store.put(KEY, b"other")):
            assert not await _suspends(call)
        await store.close()

    result(test())


@pytest.mark.parametrize("holds_loop", [False, True])
def test_what_a_call_comes_to_does_not_depend_on_who_waits_for_it(wire: Wire, holds_loop: bool) -> None:
    """A lost reply, a refusal, what has not changed, and a reply that breaks off and is asked for again."""
    store = Blocking(S3Store(BUCKET, f"waits-{holds_loop}"))
    if holds_loop and store.store.capabilities.hold_loop is not None:
        store.store.capabilities.hold_loop()
    tag = store.put(KEY, bytes(1000))
    assert store.get(KEY, unless=tag) is UNCHANGED
    assert store.get("state/me/none") is None
    wire.methods.clear()
    wire.fates += [Fate.REPLY_CUT, Fate.PASSED, Fate.REPLY_LOST]
    assert store.get(KEY) == Stored(bytes(1000), tag)
    with pytest.raises(OutcomeUnknown):
        store.put(KEY, b"second", expect=tag)
    with pytest.raises(Conflict) as raised:
        store.put(KEY, b"third", expect=tag)
    assert raised.value.sent_once
    assert wire.methods == ["GET", "GET", "PUT", "PUT"]
    store.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options of every handle that a store opens."""
    made: list[dict[str, Any]] = []
    make = S3Store._handle

    def noted(store: S3Store, **options: Any) -> Any:
        made.append(options)
        return make(store, **options)

    monkeypatch.setattr(S3Store, "_handle", noted)
    return made


@pytest.mark.parametrize("failed", [Fate.DROPPED, Fate.REPLY_LOST, Fate.REPLY_CUT, Answer(503), Answer(429)])
def test_a_store_that_holds_the_loop_opens_a_second_handle_only_to_try_again(
    wire: Wire, opened: list[dict[str, Any]], failed: Fate | Answer
) -> None:
    store = _held("one-handle")
    tag = store.put(KEY, bytes(1000), expect=ABSENT)
    store.put("state/me/two", b"", expect=ABSENT)
    assert store.get(KEY) == Stored(bytes(1000), tag)
    assert store.get(KEY, unless=tag) is UNCHANGED
    assert store.get("state/me/none") is None
    assert len(opened) == 1
    wire.fates += [failed, Fate.PASSED]
    assert store.get(KEY) == Stored(bytes(1000), tag)
    assert len(opened) == 2
    store.delete(KEY)
    store.delete("state/me/two")
    store.close()


def test_a_refused_read_is_not_tried_again(wire: Wire, opened: list[dict[str, Any]]) -> None:
    store = _held("refused")
    wire.fates.append(Answer(403, "AccessDenied"))
    with pytest.raises(StoreUnavailable, match="s3:GetObject"):
        store.get(KEY)
    assert (wire.methods, len(opened)) == (["GET"], 1)
    store.close()


def _held(prefix: str) -> Blocking[S3Store]:
    store = S3Store(BUCKET, prefix)
    assert store.capabilities.hold_loop is not None
    store.capabilities.hold_loop()
    return Blocking(store)


def test_a_clouds_store_that_does_not_say_how_its_handles_are_made_is_none() -> None:
    class Without(CloudStore):
        pass

    with pytest.raises(TypeError, match=r"_handle.*place"):
        Without(timeout_s=1)  # type: ignore[abstract]
