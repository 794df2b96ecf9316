"""LunarLander's flames are simulated apart, and nobody can tell."""

from typing import Any

import numpy as np
import pytest

from shared.snapshot.box2d.mechanism import BOX2D
from shared.snapshot.contract.calls import Call, Render, Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make
from tests.shared.snapshot.pairs import adopted, restored, same_answers, thrust

Box2D = pytest.importorskip("Box2D")

from gymnasium.envs.box2d import lunar_lander  # noqa: E402  # without Box2D there is none
from gymnasium.envs.box2d.lunar_lander import heuristic  # noqa: E402  # without Box2D there is none

from shared.snapshot.box2d import flames  # noqa: E402

DRAWN = Recipe("LunarLander-v3", render_mode="rgb_array", seed=1)
UNDRAWN = [Reset(3), *thrust(120)]


def differs(seed: int, steps: int) -> str | None:
    """Where a lander whose flames are apart comes out otherwise than Gymnasium's.

    It hovers over the ground, where flames bounce, and is drawn every so often.
    """
    env_id = ("LunarLander-v3", "LunarLanderContinuous-v3")[seed % 2]
    kwargs = {"enable_wind": seed % 3 == 0, "gravity": -3.0 if seed % 5 == 0 else -10.0}
    every = (1, 3, 17, 60, 150)[seed % 5]
    recipe = Recipe(env_id, render_mode="rgb_array", kwargs=kwargs, max_episode_steps=10_000)
    env, subject = make(recipe), adopted(BOX2D, recipe)
    random = np.random.default_rng(seed)
    env.action_space.seed(seed)
    observation, _ = env.reset(seed=seed)
    subject.apply(Reset(seed))
    for count in range(1, steps + 1):
        action: Any = heuristic(env.unwrapped, observation)  # type: ignore[no-untyped-call]
        if random.random() < 0.4:
            action = env.action_space.sample()
        elif observation[1] < 0.4 and count < steps * 2 // 3:
            action = np.array([1.0, random.uniform(-1, 1)], np.float32) if seed % 2 else 2
        result = env.step(action)
        observation = result[0]
        if digest(result) != digest(subject.apply(Step(action))):
            return f"step {count}"
        if count % every == 0 and digest(env.render()) != digest(subject.apply(Render())):
            return f"the frame after step {count}"
    return None


@pytest.mark.parametrize("seed", [0, 1, 3, 8, 12, 14])
def test_a_lander_flies_and_is_drawn_as_gymnasiums_own(seed: int) -> None:
    assert differs(seed, 200) is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_sixty_landers_fly_and_are_drawn_as_gymnasiums_own(seed: int) -> None:
    assert differs(seed, 300) is None


def test_the_order_in_which_the_ground_is_made_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the tests before this one see the last bit of a flame that touches two of its parts."""

    def reversed_ground(lander: Any) -> Any:
        world = Box2D.b2World(gravity=lander.world.gravity)
        ground = world.CreateStaticBody()
        for fixture in reversed(lander.moon.fixtures):
            ground.CreateFixture(shape=fixture.shape, density=fixture.density, friction=fixture.friction)
        return world

    monkeypatch.setattr(flames, "ground_of", reversed_ground)
    assert "frame" in str(differs(12, 200))


@pytest.mark.parametrize("name", flames.PRIVATE_NAMES)
def test_gymnasiums_lander_has_the_private_name_that_is_replaced(name: str) -> None:
    """A release that renames one fails here by that name."""
    assert callable(getattr(lunar_lander.LunarLander, name.rpartition(".")[2]))


def test_no_flame_is_made_until_a_frame_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """120 would make a step, and each step of a replay, three times as slow."""
    worlds: list[Any] = []
    ground_of = flames.ground_of

    def noted(lander: Any) -> Any:
        worlds.append(ground_of(lander))
        return worlds[-1]

    monkeypatch.setattr(flames, "ground_of", noted)
    live = adopted(BOX2D, DRAWN, UNDRAWN)
    other = restored(BOX2D, DRAWN, live.capture())
    for subject in (live, other):
        assert len(subject.env.unwrapped.particles) == 120
        assert len(subject.env.unwrapped.world.bodies) == 4  # the ground, the lander and its legs
    assert not worlds
    assert same_answers(live, other, [Render()])
    assert [len(world.bodies) for world in worlds] == [121, 121]


def test_flames_that_have_faded_are_not_made_at_all() -> None:
    """Those of a frame that a replay left out, say; and none is left over in the next episode."""
    calls: list[Call] = [*UNDRAWN, *[Render()] * 8, *thrust(2)]
    live = adopted(BOX2D, DRAWN, calls)
    other = restored(BOX2D, DRAWN, live.capture())
    assert same_answers(live, other, [Render()])
    assert len(other.env.unwrapped.particles) == 2
    assert same_answers(live, other, [Reset(), *thrust(3), Render(), *thrust(9), Render()])
