"""A call is tried a bounded number of times, and told apart from one that may have been applied."""

import asyncio

import pytest

from shared.errors import Contended, OutcomeUnknown
from shared.session.stored.retry import MOST_TRIES, Failure, Retry
from shared.storage.protocol import Conflict
from tests.shared.session.sessions import run

LOST = OutcomeUnknown("lost")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries in seconds, none of which is waited for."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    return pauses


async def tried(*failures: Failure) -> Retry:
    """A call whose tries failed so."""
    retry = Retry()
    for failure in failures:
        retry.note(failure)
        await retry.again()
    return retry


def test_every_try_but_the_last_is_followed_by_a_pause(pauses: list[float]) -> None:
    async def test() -> None:
        retry = await tried(*[Conflict()] * (MOST_TRIES - 1))
        assert (retry.failed, len(pauses)) == (MOST_TRIES - 1, MOST_TRIES - 1)
        with pytest.raises(Contended):
            await retry.again()
        assert len(pauses) == MOST_TRIES - 1

    run(test)


def test_pauses_grow_and_stay_below_a_fifth_of_a_second(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.session.stored.retry._jitter.uniform", lambda least, most: most)

    async def test() -> None:
        await tried(*[Conflict()] * (MOST_TRIES - 1))
        assert pauses == sorted(set(pauses))
        assert pauses[-1] < 0.2

    run(test)


def test_two_processes_do_not_pause_for_the_same_time(pauses: list[float]) -> None:
    async def test() -> None:
        for _ in range(2):
            await tried(*[Conflict()] * (MOST_TRIES - 1))
        assert len(set(pauses)) == len(pauses)

    run(test)


@pytest.mark.parametrize(
    ("failures", "error"),
    [
        ([Conflict()] * MOST_TRIES, Contended),
        ([LOST] * (MOST_TRIES - 1) + [Conflict()], Contended),
        ([Conflict()] * (MOST_TRIES - 1) + [LOST], OutcomeUnknown),
    ],
)
def test_the_last_failure_decides_whether_the_call_may_yet_be_applied(
    failures: list[Failure], error: type[Exception], pauses: list[float]
) -> None:
    """Earlier ones were read back: the call was not applied by them."""

    async def test() -> None:
        with pytest.raises(error) as raised:
            await tried(*failures)
        assert raised.value.evidence["retry_after"] == 1  # type: ignore[attr-defined]

    run(test)


def test_pauses_draw_nothing_from_the_global_generator(pauses: list[float]) -> None:
    """An environment may draw from it, and its draws would differ."""
    import random

    async def test() -> None:
        before = random.getstate()
        await tried(*[Conflict()] * (MOST_TRIES - 1))
        assert random.getstate() == before

    run(test)
