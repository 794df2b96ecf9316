"""An instance expires after its time without a write, for every process and in every list."""

import msgspec
import pytest

from shared.errors import InstanceNotFound
from shared.session.stored.expiry import Expiry
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, listed, run, session, step
from tests.shared.session.stored.test_envelope import HEADER


def test_an_instance_expires_once_its_time_without_a_write_is_over(clock: Clock) -> None:
    expiry = Expiry(60, clock)
    header = msgspec.structs.replace(HEADER, created=0.0, used=clock())
    assert not expiry.is_over(header)
    clock.forward(59)
    assert not expiry.is_over(header)
    clock.forward(2)
    assert expiry.is_over(header)


def test_what_was_written_at_the_horizon_has_just_expired(clock: Clock) -> None:
    assert clock() - 61 < Expiry(60, clock).horizon() <= clock() - 60


def test_an_instance_that_is_not_used_is_gone(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store, idle_ttl_s=3600)
        reference = await created(at)
        assert await listed(at) == {reference.instance_id: "CartPole-v1"}
        clock.forward(4000)
        for cold in (at, session(store, idle_ttl_s=3600)):
            with pytest.raises(InstanceNotFound):
                await step(cold, reference)
        assert await listed(at) == {}
        with pytest.raises(InstanceNotFound):
            await at.closing.close(reference, None, None)

    run(test)
