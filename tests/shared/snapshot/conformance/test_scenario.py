"""A scenario visits what has gone wrong with snapshots, the same each time."""

import pytest

from shared.snapshot.conformance.outcome import outcome
from shared.snapshot.conformance.scenario import EPISODES, Scenario, make_seeded, record
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step, perform
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import register_environments

CART = Recipe("CartPole-v1", seed=1)


def kinds(calls: list[Call]) -> list[type]:
    return [type(call) for call in calls]


def recorded(recipe: Recipe = CART, episodes: tuple[int, ...] = (1, 2), further: int = 10) -> Scenario:
    return record(recipe, episodes=episodes, steps=15, further=further)


def test_two_recordings_of_one_recipe_are_equal() -> None:
    """Otherwise no environment could be compared with the recording."""
    assert recorded() == recorded()


@pytest.mark.parametrize("env_id", ["CartPole-v1", "ForeignWalk-v0", "Blackjack-v1"])
def test_an_environment_made_alike_gives_the_recorded_results(env_id: str) -> None:
    register_environments(["tests.shared.snapshot.foreign"])
    scenario = recorded(Recipe(env_id, seed=1))
    env = make_seeded(scenario.recipe)
    assert [outcome(env, call, perform(env, call)) for call in scenario.calls] == scenario.outcomes


def test_only_the_first_reset_is_seeded() -> None:
    seeds = [call.seed for call in recorded().calls if isinstance(call, Reset)]
    assert seeds[0] is not None
    assert {*seeds[1:]} == {None}


def test_snapshots_are_taken_before_any_call_and_in_the_wanted_episodes_alone() -> None:
    scenario = record(CART, steps=5, further=10)
    resets = [number for number, call in enumerate(scenario.calls) if isinstance(call, Reset)]
    assert scenario.snapshots_at[0] == 0
    for episode, (begin, end) in enumerate(zip(resets, [*resets[1:], len(scenario.calls)], strict=True), start=1):
        inside = [place for place in scenario.snapshots_at if begin < place < end]
        assert bool(inside) is (episode in EPISODES), episode


def test_calls_go_on_beyond_the_last_snapshot() -> None:
    scenario = recorded(further=30)
    assert len(scenario.calls) - scenario.snapshots_at[-1] >= 30


def test_spaces_are_sampled_and_frames_drawn_between_steps() -> None:
    drawn = recorded(Recipe("MountainCar-v0", render_mode="rgb_array", seed=1))
    assert {*kinds(drawn.calls)} == {Reset, Step, Sample, Render}
    assert Render not in kinds(recorded(Recipe("MountainCar-v0", seed=1)).calls)
    assert Render not in kinds(recorded(Recipe("MountainCar-v0", render_mode="human", seed=1)).calls)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("Blackjack-v1", autoreset="NextStep", seed=1),
        Recipe("Blackjack-v1", wrappers=(WrapperRecipe("Autoreset"),), seed=1),
    ],
)
def test_an_environment_that_resets_itself_is_stepped_beyond_the_end(recipe: Recipe) -> None:
    """A hand of Blackjack is over after a few steps."""

    def most_steps(scenario: Scenario) -> int:
        text = "".join("r" if kind is Reset else "s" * (kind is Step) for kind in kinds(scenario.calls))
        return max(map(len, text.split("r")))

    assert most_steps(recorded(recipe)) == 15
    assert most_steps(recorded(Recipe("Blackjack-v1", seed=1))) < 15
