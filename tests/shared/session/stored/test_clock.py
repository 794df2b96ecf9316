"""The store's time is learned from what is written to it, and a difference of no weight is none."""

import secrets
from collections.abc import AsyncIterator

import pytest

from infra.s3.seaweedfs import SeaweedFS
from shared.errors import StoreUnavailable
from shared.session.stored.clock import StoreClock
from shared.storage.cloud.s3 import S3Store
from shared.storage.protocol import Entry
from tests.fixtures_s3 import BUCKET
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.inventory.test_sweep import OtherClock
from tests.shared.session.sessions import run


@pytest.mark.parametrize("ahead_s", [-600.0, -120.0, 120.0, 600.0])
def test_a_host_that_is_wrong_goes_by_the_stores_time_once_that_was_read(clock: Clock, ahead_s: float) -> None:
    async def test() -> None:
        clock.forward(ahead_s)
        told = StoreClock(OtherClock(ahead_s))
        assert told.now() == pytest.approx(clock(), abs=1)
        assert await told.read() == pytest.approx(clock() - ahead_s, abs=1)
        assert told.now() == pytest.approx(clock() - ahead_s, abs=1)

    run(test)


def test_a_difference_below_the_seconds_that_s3_tells_is_none(clock: Clock) -> None:
    async def test() -> None:
        told = StoreClock(OtherClock(1.5))
        await told.read()
        assert told.now() == pytest.approx(clock(), abs=0.1)

    run(test)


def test_a_store_that_does_not_list_what_was_written_is_told_of() -> None:
    async def test() -> None:
        store = FaultyStore()

        async def nothing(prefix: str, after: str = "") -> AsyncIterator[Entry]:
            for entry in list[Entry]():
                yield entry

        store.list = nothing  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable, match="does not list an object that was just written"):
            await StoreClock(store).read()

    run(test)


def test_a_real_bucket_tells_its_time(aws_environment: SeaweedFS, clock: Clock) -> None:
    """SeaweedFS runs on this host, and its clock is right while ours is not."""

    async def test() -> None:
        right = clock()
        clock.forward(600)
        objects = S3Store(BUCKET, secrets.token_hex(8))
        told = StoreClock(objects)
        assert await told.read() == pytest.approx(right, abs=5)
        assert told.now() == pytest.approx(right, abs=5)
        await objects.close()

    run(test)
