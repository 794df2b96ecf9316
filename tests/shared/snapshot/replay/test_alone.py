"""Any number of environments take turns with the one engine of the process, each as if it were alone."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.conformance.scenario import make_seeded
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step
from shared.snapshot.contract.digest import digest_after
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.isolation.child_process import Interpreter, in_child
from shared.snapshot.isolation.nursery import nursery
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.replay import episode_journal
from shared.snapshot.replay.alone import EPISODE_JOURNAL_ALONE, JOURNAL_ALONE, AloneMechanism, AloneSubject
from shared.snapshot.replay.episode_journal import EpisodeSubject
from tests.shared.snapshot import engines

MODULES = (engines.__name__,)
HASH_SEED = "1"
EMULATOR = Recipe("engines/Emulator-v0", seed=1)
COLLECTED = Recipe("engines/Collected-v0", seed=1)
BOTH = pytest.mark.parametrize("recipe", [EMULATOR, COLLECTED], ids=lambda recipe: recipe.env_id)


@pytest.fixture(scope="module", autouse=True)
def processes_of_their_own() -> Iterator[None]:
    """Each environment that is played alone has a process, a fork of one that has made none."""
    with nursery(Interpreter.here().origin(HASH_SEED), [__name__]):
        yield


@pytest.fixture(autouse=True)
def no_engine_is_left() -> Iterator[None]:
    register_environments(MODULES)
    yield
    assert engines.none_living()


def begun(recipe: Recipe, mechanism: AloneMechanism = EPISODE_JOURNAL_ALONE) -> AloneSubject:
    return mechanism.begin(recipe, make_seeded)


def calls(number: int) -> list[Call]:
    """Of the player of that number: two episodes, samples and pictures among the steps."""
    found: list[Call] = []
    for seed in (number, None):
        found += [
            Reset(seed),
            *(Step((number + each) % 3) for each in range(4)),
            Sample("action_space"),
            Render(),
        ]
    return found


def played_alone(recipe: Recipe, number: int) -> list[str]:
    """What the player's calls come to where no other ever was. Runs in a process of its own."""
    register_environments(MODULES)
    return answers(begun(recipe), calls(number))


def answer(subject: AloneSubject, call: Call) -> str:
    return digest_after(subject.env, subject.apply(call))


def answers(subject: AloneSubject, made: Sequence[Call]) -> list[str]:
    return [answer(subject, call) for call in made]


@BOTH
@pytest.mark.parametrize("mechanism", [EPISODE_JOURNAL_ALONE, JOURNAL_ALONE], ids=lambda each: each.name)
def test_two_that_are_called_by_turns_are_as_if_alone(recipe: Recipe, mechanism: AloneMechanism) -> None:
    drawn = Recipe(recipe.env_id, render_mode="rgb_array", seed=recipe.seed)
    players = [begun(drawn, mechanism) for _ in range(2)]
    came: list[list[str]] = [[], []]
    for made in zip(calls(0), calls(1), strict=True):
        for number, call in enumerate(made):
            came[number].append(answer(players[number], call))
    assert came == [in_child(played_alone, None, HASH_SEED, drawn, number) for number in range(2)]
    for player in players:
        player.close()


@BOTH
def test_calls_from_several_threads_never_meet_in_the_engine(recipe: Recipe) -> None:
    drawn = Recipe(recipe.env_id, render_mode="rgb_array", seed=recipe.seed)
    players = [begun(drawn) for _ in range(3)]
    together = threading.Barrier(len(players))

    def play(number: int) -> list[str]:
        together.wait()
        return [str(players[number].apply(call)) for call in calls(number)]

    with ThreadPoolExecutor(len(players)) as pool:
        came = [*pool.map(play, range(len(players)))]
    for number, player in enumerate(players):
        player.close()
        after = begun(drawn)
        assert came[number] == [str(after.apply(call)) for call in calls(number)]
        after.close()


def test_one_that_sleeps_is_captured_as_it_is() -> None:
    subject, other = begun(EMULATOR), begun(EMULATOR)
    answers(subject, calls(0)[:9])
    body = subject.capture()
    other.apply(Reset(5))
    assert subject.capture() == body
    assert engines.Engine.living == 1
    subject.close()
    other.close()


def test_what_is_read_of_one_that_sleeps_is_its_own() -> None:
    subject, other = begun(EMULATOR), begun(EMULATOR)
    env = subject.env
    subject.apply(Reset(3))
    other.apply(Reset(4))
    assert env.np_random.bit_generator.seed_seq.entropy == 3  # type: ignore[attr-defined]  # NumPy's protocol lacks it
    assert env.unwrapped.action_space == subject.env.action_space
    assert subject.env is env
    subject.close()
    other.close()


def test_it_is_adopted_as_it_was_made() -> None:
    adopted = EPISODE_JOURNAL_ALONE.adopt(make_seeded(EMULATOR), EMULATOR)
    came = answers(adopted, calls(1))
    adopted.close()
    expected = begun(EMULATOR)
    assert came == answers(expected, calls(1))
    expected.close()


def test_a_body_that_is_none_leaves_no_engine() -> None:
    subject = EPISODE_JOURNAL_ALONE.rebuild(EMULATOR)
    with pytest.raises(SnapshotCorrupt):
        subject.restore(b"\xc0")
    assert engines.none_living()
    subject.close()


LONG = 8


def many_episodes(subject: AloneSubject, number: int) -> list[str]:
    return [each for seed in range(number) for each in answers(subject, [Reset(seed), *[Step(1)] * LONG])]


@pytest.mark.parametrize("wrappers", [(), (WrapperRecipe("TimeLimit", {"max_episode_steps": LONG}),)])
def test_earlier_episodes_are_let_go_where_the_last_is_exact_without_them(
    monkeypatch: pytest.MonkeyPatch, wrappers: tuple[WrapperRecipe, ...]
) -> None:
    recipe = Recipe(
        "engines/Emulator-v0", seed=1, wrappers=wrappers, autoreset="NextStep" if wrappers else "Disabled"
    )
    expected = begun(recipe)
    came = many_episodes(expected, 6)
    grown = len(expected.capture())
    expected.close()
    monkeypatch.setattr(episode_journal, "LARGEST_EARLIER_BYTES", 60)
    subject = begun(recipe)
    assert many_episodes(subject, 6) == came
    assert subject.capture() == subject.capture_alone()
    assert len(subject.capture()) < grown
    subject.close()


def test_where_they_left_something_behind_all_calls_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe("engines/Emulator-v0", seed=1, kwargs={"lasting": True})
    expected = begun(recipe, JOURNAL_ALONE)
    came = many_episodes(expected, 6)
    expected.close()
    monkeypatch.setattr(episode_journal, "LARGEST_EARLIER_BYTES", 60)
    subject, other = begun(recipe), begun(recipe)
    found = []
    for seed in range(6):
        found += answers(subject, [Reset(seed), *[Step(1)] * LONG])
        other.apply(Reset(1))
    assert found == came
    subject.close()
    other.close()


def test_one_that_could_not_be_written_down_when_it_had_to_sleep_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    subject, other = begun(EMULATOR), begun(EMULATOR)
    subject.apply(Reset(1))
    body = subject.capture()

    def fails(self: Any) -> bytes:
        raise NotPlain("env.x is a generator")

    with monkeypatch.context() as patch:
        patch.setattr(EpisodeSubject, "capture", fails)
        other.apply(Reset(2))
    with pytest.raises(SnapshotDiverged, match=r"env\.x is a generator"):
        subject.apply(Step(1))
    with pytest.raises(SnapshotDiverged, match=r"env\.x is a generator"):
        subject.capture()
    subject.restore(body)
    subject.apply(Step(1))
    subject.close()
    other.close()


def test_one_that_cannot_be_made_is_told_in_its_own_words() -> None:
    held = make(EMULATOR)
    with pytest.raises(Exception, match="Cannot create multiple emulator instances per process"):
        begun(EMULATOR)
    held.close()
