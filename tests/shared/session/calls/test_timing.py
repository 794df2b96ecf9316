"""Where a request's time went is told, and ends with the request."""

import time

from shared.session.calls.timing import Timing
from tests.shared.session.episodes import STEP, created
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


def test_the_time_goes_on_until_the_end_and_then_stands() -> None:
    timing = Timing()
    first = timing.elapsed()
    time.sleep(0.002)
    assert timing.elapsed() >= first + 0.002
    timing.ended = timing.began + 5
    assert timing.elapsed() == 5


def test_a_call_adds_to_each_phase_of_its_request() -> None:
    from shared.session.calls.call import InstanceCall

    async def test() -> None:
        at = session(FaultyStore(remote=False))
        call, timing = InstanceCall(await created(at), STEP, lambda result: result), Timing()
        await at.call(call, timing)
        once = timing.load, timing.env, timing.save
        assert min(once) > 0
        await at.call(call, timing)
        assert (timing.calls, timing.retries) == (2, 0)
        assert all(now > then for now, then in zip((timing.load, timing.env, timing.save), once, strict=True))
        assert sum(once) < timing.elapsed()

    run(test)
