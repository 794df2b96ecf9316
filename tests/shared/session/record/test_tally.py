"""Episodes are counted from the entries alone, over segments as in one go."""

import asyncio
from typing import Any

import gymnasium
import pytest

from shared.session.calls import operations
from shared.session.history.episodes import episodes_of
from shared.session.history.history import History
from shared.session.record.episodes import Episode
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.storage.memory import MemoryStore
from tests.shared.session.history.logs import parts_of
from tests.shared.session.record.recording import call, recorded, rolled, steps
from tests.shared.session.sessions import session


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.segments.TAIL_BYTES", 200)
    monkeypatch.setattr("shared.session.calls.exactly_once.TAIL_BYTES", 200)


async def listed(at: Session, reference: Reference, env: int = 0) -> list[Episode]:
    return (await episodes_of(await parts_of(at, reference), env, 0, 1000)).episodes


async def counted_by_rows(at: Session, reference: Reference) -> list[tuple[int, int, float]]:
    """Number, steps and return of each episode that was begun by a reset, by reading every row."""
    _, page = await History(at).page(reference, None, 1000)
    assert page.next is None
    found: dict[int, tuple[int, float]] = {}
    for row in page.rows:
        steps, total = found.get(row.episode, (0, 0.0))
        gained = (1, row.reward) if row.call == "step" else (0, 0.0)
        found[row.episode] = (steps + gained[0], total + gained[1])
    return [(number, *counts) for number, counts in found.items()]


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1", "Pendulum-v1", "Taxi-v4"])
def test_episodes_are_what_their_rows_come_to(env_id: str) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, env_id)
        env = gymnasium.make(env_id)
        env.action_space.seed(1)
        for number in range(120):
            reply = await call(at, reference, operations.Step(env.action_space.sample().tolist()))
            if reply["terminated"] or reply["truncated"] or number % 50 == 49:
                await call(at, reference, operations.reset(number, None))
        episodes = await listed(at, reference)
        assert [(each.number, each.steps, each.total) for each in episodes] == await counted_by_rows(at, reference)
        assert all(each.start == "reset" for each in episodes)
        assert "reset" in {each.end for each in episodes}
        assert episodes[-1].end is None

    asyncio.run(test())


def test_episodes_of_a_rollout_have_places_within_it() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        reply = await rolled(at, reference, 300)
        episodes = await listed(at, reference)
        begun = [reset["index"] for reset in reply["resets"]]
        lengths = [end - begin for begin, end in zip([0, *begun], [*begun, 300], strict=True)]
        assert [each.steps for each in episodes] == lengths
        assert (episodes[0].first, episodes[0].last) == ((1, -1), (2, lengths[0] - 1))
        assert (episodes[1].first, episodes[1].last) == ((2, lengths[0]), (2, lengths[0] + lengths[1]))
        assert [each.seed for each in episodes[:2]] == [1, None]

    asyncio.run(test())


def test_going_back_ends_an_episode_and_begins_another() -> None:
    async def test() -> None:
        at, history = session(MemoryStore()), None
        reference = await recorded(at)
        await steps(at, reference, 5)
        history = History(at)
        place = (await history.page(reference, None, 3))[1].rows[-1].place
        await at.checkpoints.restore(reference, lambda _: None, past=history.past(reference, place))
        await steps(at, reference, 2)
        first, second = await listed(at, reference)
        assert (first.end, first.steps) == ("restore", 5)
        assert (second.number, second.start, second.steps, second.end) == (2, "restore", 2, None)
        await history.close()

    asyncio.run(test())


def test_an_episode_that_is_recorded_in_parts_is_told_in_parts() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 3)
        await call(at, reference, operations.record("off"))
        await steps(at, reference, 2)
        [alone] = await listed(at, reference)
        assert (alone.steps, alone.end) == (3, "off")
        await call(at, reference, operations.record("on"))
        await steps(at, reference, 1)
        _, rest = await listed(at, reference)
        assert (rest.number, rest.steps, rest.start, rest.end) == (2, 1, "record", None)

    asyncio.run(test())


def test_the_log_of_a_fork_begins_amid_an_episode_of_the_same_number() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 3)
        [fork] = (await at.forking.fork(reference, 1, None)).instance_ids
        twin = Reference("public", fork)
        assert await listed(at, twin) == []
        await steps(at, twin, 2)
        [episode] = await listed(at, twin)
        assert (episode.number, episode.start, episode.steps) == (1, "log", 2)

    asyncio.run(test())


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("autoreset", ["NextStep", "SameStep"])
def test_each_environment_of_a_vector_has_episodes_of_its_own(autoreset: Any) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, num_envs=2, autoreset=autoreset)
        lengths: list[list[int]] = [[], []]
        running, due = [0, 0], [False, False]
        for number in range(60):
            reply = await call(at, reference, operations.Step([1, number % 2]))
            for env in range(2):
                if due[env]:
                    due[env] = False
                    continue
                running[env] += 1
                if reply["terminated"][env] or reply["truncated"][env]:
                    lengths[env].append(running[env])
                    running[env], due[env] = 0, autoreset == "NextStep"
        for env in range(2):
            episodes = await listed(at, reference, env)
            ended = [each for each in episodes if each.end is not None]
            assert [each.steps for each in ended] == lengths[env]
            assert [each.total for each in ended] == [float(length) for length in lengths[env]]
            assert episodes[0].seed == 1 + env

    asyncio.run(test())


def test_a_seed_over_63_bits_is_text() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await call(at, reference, operations.reset(1 << 70, None))
        assert (await listed(at, reference))[-1].seed == str(1 << 70)

    asyncio.run(test())
