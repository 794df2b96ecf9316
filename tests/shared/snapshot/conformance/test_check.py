"""Every environment of the small families is exact: proved in another interpreter, bit for bit."""

from typing import Any

import gymnasium
import pytest
from gymnasium.envs.registration import load_env_creator

from shared.codec import plain
from shared.errors import JournalFull, NotExact, SnapshotCorrupt
from shared.snapshot.attributes.classic_control import CLASSIC_CONTROL
from shared.snapshot.attributes.state import StateMechanism
from shared.snapshot.conformance import check
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.conformance.fresh_process import Continuations, Continued, carry_out
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import mechanism_for
from shared.snapshot.replay import replay

SMALL = ("gymnasium.envs.classic_control", "gymnasium.envs.toy_text")

BRIEF: dict[str, Any] = {"episodes": (1, 3), "steps": 20, "further": 25, "chain": 12}

IDS = sorted(env_id for env_id, spec in gymnasium.registry.items() if str(spec.entry_point).startswith(SMALL))


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("env_id", IDS)
def test_an_environment_that_is_never_rendered_is_exact(env_id: str) -> None:
    """`make exactness` continues more snapshots, each for 200 calls."""
    check_snapshot(env_id, **BRIEF)


def modes_of(env_id: str) -> list[str]:
    environment: Any = load_env_creator(str(gymnasium.spec(env_id).entry_point))
    return list(environment.metadata["render_modes"])


RENDERED = [
    *((env_id, mode) for env_id in IDS for mode in modes_of(env_id) if mode != "human"),
    # The list is a wrapper of Gymnasium's around the same pictures.
    *((env_id, "rgb_array_list") for env_id in ("CartPole-v1", "Pendulum-v1", "FrozenLake-v1")),
]


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(("env_id", "render_mode"), RENDERED)
def test_an_environment_rendered_in_between_is_exact(env_id: str, render_mode: str) -> None:
    check_snapshot(env_id, render_mode=render_mode, episodes=(1, 2), steps=6, further=8, chain=6)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("env_id", "kwargs"),
    [
        ("FrozenLake-v1", {"is_slippery": False, "map_name": "8x8"}),
        ("Taxi-v4", {"is_rainy": True, "fickle_passenger": True}),
        ("Blackjack-v1", {"sab": True}),
        ("CliffWalking-v1", {"is_slippery": True}),
        ("Pendulum-v1", {"g": 3.5}),
        ("MountainCarContinuous-v0", {"goal_velocity": 0.02}),
    ],
)
def test_an_environment_made_with_arguments_is_exact(env_id: str, kwargs: dict[str, Any]) -> None:
    check_snapshot(env_id, kwargs=kwargs, **BRIEF)


def test_the_proof_fails_for_a_mechanism_that_forgets_an_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `last_u` a Pendulum moves as before, and only its picture lacks the arrow."""
    forgetful = StateMechanism(
        CLASSIC_CONTROL.name, {"gymnasium.envs.classic_control.pendulum.PendulumEnv": ("state",)}
    )
    monkeypatch.setattr("shared.snapshot.conformance.fresh_process.mechanism_named", lambda _: forgetful)
    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", carry_out)
    # A frame before the first step after a restore cannot be drawn at all.
    with pytest.raises((NotExact, AttributeError), match=r"call \d+ \(Render\(\)\) came out differently|last_u"):
        check_snapshot(
            "Pendulum-v1",
            render_mode="rgb_array",
            mechanism=forgetful,
            episodes=(1,),
            steps=12,
            further=12,
            chain=12,
        )


def test_the_proof_fails_for_generators_that_are_not_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unseeded reset then draws from another stream."""
    monkeypatch.setattr("shared.snapshot.generators.generators.set_generator_state", lambda *_: None)
    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", carry_out)
    with pytest.raises(NotExact, match="came out differently"):
        check_snapshot("CartPole-v1")


@pytest.mark.parametrize("env_id", IDS)
def test_nothing_changes_but_what_is_captured(env_id: str) -> None:
    """A new release of Gymnasium that keeps more state fails here, by the attribute's name."""
    import cloudpickle

    register_environments(())  # or Gymnasium warns of an id that is out of date, which is an error in a test
    render_mode = None if "rgb_array" not in make(Recipe(env_id)).metadata["render_modes"] else "rgb_array"
    recipe = Recipe(env_id, render_mode=render_mode, seed=1)
    env = make(recipe)
    values, _seed, _generators = plain.loads(mechanism_for(env).adopt(env, recipe).capture())
    captured = {name.partition(".")[2] for name in values}
    base = env.unwrapped
    apart = {"_np_random", "_np_random_seed", "action_space", "observation_space"}

    def picture() -> dict[str, bytes]:
        return {
            name: cloudpickle.dumps(value)
            for name, value in vars(base).items()
            if name not in captured | apart and type(value).__module__.partition(".")[0] != "pygame"
        }

    env.reset(seed=1)
    before = picture()
    for _ in range(200):
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            env.reset()
    assert picture() == before


def test_a_capture_repeated_is_equal_and_one_after_a_step_differs() -> None:
    subject = CLASSIC_CONTROL.adopt(make(Recipe("CartPole-v1")), Recipe("CartPole-v1"))
    subject.apply(Reset(1))
    first = subject.capture()
    assert subject.capture() == first
    subject.apply(Step(1))
    assert subject.capture() != first


@pytest.mark.parametrize("used", [False, True])
def test_a_body_of_another_environment_is_refused(used: bool) -> None:
    cart, car = Recipe("CartPole-v1"), Recipe("MountainCar-v0")
    body = CLASSIC_CONTROL.adopt(make(car), car).capture()
    subject = CLASSIC_CONTROL.adopt(make(cart), cart)
    if used:
        subject.apply(Reset(1))
    with pytest.raises(SnapshotCorrupt, match="another make"):
        subject.restore(body)


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x90", b"\x94\x80\x00\x00\x00"])
def test_bytes_that_are_no_body_are_refused(body: bytes) -> None:
    subject = CLASSIC_CONTROL.adopt(make(Recipe("CartPole-v1")), Recipe("CartPole-v1"))
    with pytest.raises(SnapshotCorrupt):
        subject.restore(body)


def test_a_class_that_inherits_from_a_known_one_is_not_known() -> None:
    """It may hold more than its parent."""
    from gymnasium.envs.classic_control import CartPoleEnv

    class Remembering(CartPoleEnv):
        """Holds more than its parent."""

    assert CLASSIC_CONTROL.suits(CartPoleEnv())
    assert not CLASSIC_CONTROL.suits(Remembering())


def test_a_journal_that_is_full_is_told_as_that_and_not_as_a_difference(here: pytest.MonkeyPatch) -> None:
    """What draws slowly fills it on a busy machine; the call was not made."""
    register_environments(["tests.shared.snapshot.foreign"])
    began: list[Continuations] = []

    def slower(continuations: Continuations) -> Continued:
        began.append(continuations)
        here.setattr(replay, "LONGEST_REPLAY_S", 0.0)
        return carry_out(continuations)

    here.setattr(check, "in_fresh_process", slower)
    with pytest.raises(JournalFull, match="too long"):
        check_snapshot("ForeignHidden-v0")
    assert began
