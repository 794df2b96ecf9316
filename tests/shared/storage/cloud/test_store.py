"""What the stores of all clouds do alike: page after page, whole replies, and no secret in an error."""

import traceback
from collections.abc import Iterator

import pytest

from infra.s3.seaweedfs import SeaweedFS
from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.session.stored.in_parts import in_parts
from shared.storage.cloud.s3 import S3Store
from shared.storage.cloud.store import CloudStore
from shared.storage.protocol import ABSENT
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


def test_a_clouds_store_that_does_not_say_how_its_handles_are_made_is_none() -> None:
    class Without(CloudStore):
        pass

    with pytest.raises(TypeError, match=r"_handle.*place"):
        Without(timeout_s=1)  # type: ignore[abstract]
