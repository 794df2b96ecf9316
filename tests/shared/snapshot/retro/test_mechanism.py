"""Games of stable-retro go on from the emulator's state, and take turns with the one emulator of the process."""

import gc
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from shared.codec import plain
from shared.errors import SnapshotDiverged
from shared.snapshot.conformance.check import check_recipe
from shared.snapshot.conformance.new_processes import HASH_SEED
from shared.snapshot.conformance.scenario import make_seeded
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step
from shared.snapshot.contract.digest import digest_after
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import in_child
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import candidates_alone, mechanism_named
from shared.snapshot.replay.alone import EPISODE_JOURNAL_ALONE, AloneMechanism, AloneSubject
from shared.snapshot.replay.call_log import CallLog
from shared.snapshot.retro.mechanism import KEYFRAME_EVERY, MOST_CALLS, RETRO
from tests.shared.snapshot.retro import games

pytestmark = pytest.mark.usefixtures("one_nursery")

MODULES = (games.__name__,)
PLAIN = Recipe("games/Plain-v0", seed=1, render_mode="rgb_array")
LENGTH = 3
"""Calls after a restore."""
HESITANT = Recipe("games/Hesitant-v0", seed=1, render_mode="rgb_array")


@pytest.fixture(autouse=True)
def no_emulator_is_left() -> Iterator[None]:
    register_environments(MODULES)
    yield
    gc.collect()
    assert games.emulator().living == 0


def begun(recipe: Recipe = PLAIN, mechanism: AloneMechanism = RETRO) -> AloneSubject:
    return mechanism.begin(recipe, make_seeded)


def calls(number: int, length: int = 100) -> list[Call]:
    """Of the player of that number: episodes with frames and samples in them."""
    made: list[Call] = []
    for count in range(length):
        if count % 40 == 0:
            made.append(Reset(number if count == 0 else None))
        made.append(Step([(count * (number + 3) >> bit) & 1 for bit in range(8)]))
        made += [Render()] * (count % 7 == 3) + [Sample("action_space")] * (count % 5 == 2)
    return made


def answers(subject: AloneSubject, made: Sequence[Call]) -> list[str]:
    return [digest_after(subject.env, subject.apply(call)) for call in made]


def played_alone(recipe: Recipe, number: int) -> list[str]:
    """What the player's calls come to on a journal where no other ever was. Runs in a process of its own."""
    register_environments(MODULES)
    return answers(begun(recipe, EPISODE_JOURNAL_ALONE), calls(number))


def gone_on(recipe: Recipe, bodies: Sequence[bytes], made: Sequence[Call]) -> list[list[str]]:
    """What the next calls come to after each restore. Runs in a process of its own."""
    register_environments(MODULES)
    subject = RETRO.rebuild(recipe)
    came = []
    for count, body in enumerate(bodies):
        subject.restore(body)
        assert subject.capture() == body
        came.append(answers(subject, made[count:][:LENGTH]))
    return came


@pytest.mark.parametrize(("game", "obs_type"), [("Plain", "IMAGE"), ("Hesitant", "IMAGE"), ("Hesitant", "RAM")])
def test_it_is_exact_in_a_fresh_process(game: str, obs_type: str) -> None:
    recipe = Recipe(f"games/{game}-v0", seed=1, render_mode="rgb_array", kwargs={"obs_type": obs_type})
    check_recipe(
        recipe,
        modules=MODULES,
        mechanism=mechanism_named("retro"),
        episodes=(1, 2),
        steps=12,
        further=36,
        chain=20,
    )


def test_any_call_can_be_followed_by_a_restore_in_another_process() -> None:
    made = calls(2, 60)
    expected = in_child(played_alone, None, HASH_SEED, HESITANT, 2)[: len(made)]
    subject = begun(HESITANT)
    bodies = []
    for call in made:
        bodies.append(subject.capture())
        subject.apply(call)
    subject.close()
    came = in_child(gone_on, None, HASH_SEED, HESITANT, bodies, made)
    assert came == [expected[count:][:LENGTH] for count in range(len(made))]


def test_two_that_are_called_by_turns_share_one_emulator_and_are_as_if_alone() -> None:
    players = [begun() for _ in range(2)]
    came: list[list[str]] = [[], []]
    made_at = []
    for made in zip(calls(0), calls(1), strict=True):
        for number, call in enumerate(made):
            came[number] += answers(players[number], [call])
        made_at.append(games.emulator().made)
    assert made_at[0] == made_at[-1]
    assert came == [in_child(played_alone, None, HASH_SEED, PLAIN, number) for number in range(2)]
    for player in players:
        player.close()


def test_one_of_another_kind_gets_an_emulator_of_its_own() -> None:
    others: list[tuple[Recipe, AloneMechanism]] = [(HESITANT, RETRO), (PLAIN, EPISODE_JOURNAL_ALONE)]
    players = [begun(), *(begun(recipe, mechanism) for recipe, mechanism in others)]
    came: list[list[str]] = [[] for _ in players]
    for made in zip(*(calls(number, 8) for number in range(3)), strict=False):
        for number, call in enumerate(made):
            came[number] += answers(players[number], [call])
            assert games.emulator().living == 1
    recipes = [PLAIN, *(recipe for recipe, _ in others)]
    for number, recipe in enumerate(recipes):
        assert came[number] == in_child(played_alone, None, HASH_SEED, recipe, number)[: len(came[number])]
        players[number].close()


def test_earlier_calls_are_made_again_where_the_last_one_shows_something_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = calls(3)
    subject = begun(HESITANT)
    answers(subject, made[:50])
    body = subject.capture()
    expected = answers(subject, made[50:])
    with caplog.at_level(logging.INFO):
        subject.restore(body)
    assert "earlier ones are made again" in caplog.text
    assert subject.capture() == body
    assert answers(subject, made[50:]) == expected
    subject.close()


def test_a_snapshot_does_not_grow() -> None:
    subject = begun()
    sizes = []
    for call in calls(0, 8 * KEYFRAME_EVERY):
        subject.apply(call)
        sizes.append(len(subject.capture()))
    assert max(sizes[3 * KEYFRAME_EVERY :]) < 1.1 * max(sizes[: 3 * KEYFRAME_EVERY])
    subject.close()


def test_nor_does_it_where_every_call_follows_a_restore() -> None:
    subject = begun()
    kept = []
    for call in calls(0, MOST_CALLS + 3 * KEYFRAME_EVERY):
        subject.apply(call)
        body = subject.capture()
        subject.restore(body)
        kept.append(len(CallLog.of(plain.loads(body)[3:6])))
    assert max(kept) == MOST_CALLS
    assert kept[-1] < MOST_CALLS
    subject.close()


def test_a_state_that_comes_out_differently_is_told() -> None:
    subject = begun()
    answers(subject, calls(0, 50))
    around, start, fingerprint, *rest = plain.loads(subject.capture())
    _, memory = plain.loads(fingerprint)
    with pytest.raises(SnapshotDiverged):
        subject.restore(plain.dumps([around, start, plain.dumps(["0" * 32, memory]), *rest]))
    assert games.emulator().living == 0
    subject.close()


@pytest.mark.parametrize(
    ("env_id", "kwargs"),
    [("games/Scripted-v0", {}), ("games/Plain-v0", {"record": "films"}), ("CartPole-v1", {})],
    ids=["has scripts", "records films", "is none of stable-retro"],
)
def test_what_it_cannot_carry_is_left_to_a_journal(env_id: str, kwargs: dict[str, Any]) -> None:
    env = make(Recipe(env_id, kwargs=kwargs))
    assert not RETRO.suits(env)
    assert EPISODE_JOURNAL_ALONE.suits(env)
    env.close()


def test_one_whose_scenario_cannot_be_found_is_left_to_a_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have scripts."""
    env = make(PLAIN)
    assert RETRO.suits(env)
    monkeypatch.setattr("stable_retro.data.get_file_path", lambda *_: None)
    assert not RETRO.suits(env)
    env.close()


def test_it_is_tried_before_the_journals() -> None:
    env = make(PLAIN)
    assert [each.name for each in candidates_alone(env)] == ["retro", "journal-since-reset-alone", "journal-alone"]
    env.close()
