"""An environment is made as `gymnasium.make` makes it, or refused in Gymnasium's words."""

from typing import Any

import gymnasium
import mujoco
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from shared.errors import Misconfigured, NotCreatable
from shared.snapshot.contract.recipe import AutoresetMode, Recipe, WrapperRecipe
from shared.snapshot.making.autoreset import SameStepAutoreset
from shared.snapshot.making.make import check_registered, make, register_environments


@pytest.fixture(autouse=True)
def _silent() -> None:
    register_environments(())  # as the service does: Gymnasium's warnings are off


def test_it_is_what_gymnasium_makes_without_the_checker() -> None:
    env = make(Recipe("CartPole-v1", render_mode="rgb_array", max_episode_steps=7))
    twin = gymnasium.make("CartPole-v1", render_mode="rgb_array", max_episode_steps=7, disable_env_checker=True)
    assert str(env) == str(twin)
    assert env.spec.max_episode_steps == 7
    assert env.render_mode == "rgb_array"


def test_arguments_reach_the_constructor() -> None:
    assert make(Recipe("FrozenLake-v1", kwargs={"map_name": "8x8"})).observation_space.n == 64


def test_wrappers_are_put_on_innermost_first() -> None:
    wrappers = (WrapperRecipe("ClipAction"), WrapperRecipe("FrameStackObservation", {"stack_size": 2}))
    env = make(Recipe("Pendulum-v1", wrappers=wrappers))
    assert (type(env).__name__, type(env.env).__name__) == ("FrameStackObservation", "ClipAction")


def test_human_is_made_without_a_screen() -> None:
    assert make(Recipe("CartPole-v1", render_mode="human")).render_mode is None


def test_one_seed_makes_spaces_that_sample_alike() -> None:
    one, same, other = (make(Recipe("Pendulum-v1", seed=seed)) for seed in (3, 3, 4))
    samples = [env.action_space.sample().tobytes() for env in (one, same, other)]
    assert samples[0] == samples[1] != samples[2]
    assert np.array_equal(one.observation_space.sample(), same.observation_space.sample())


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("NextStep", gymnasium.wrappers.Autoreset),
        ("SameStep", SameStepAutoreset),
        ("Disabled", gymnasium.wrappers.TimeLimit),
    ],
)
def test_autoreset_is_the_outermost_wrapper(mode: AutoresetMode, kind: type) -> None:
    assert type(make(Recipe("CartPole-v1", autoreset=mode))) is kind


def test_a_number_of_environments_makes_a_vector_that_resets_them_itself() -> None:
    env = make(
        Recipe("CartPole-v1", num_envs=3, autoreset="SameStep", wrappers=(WrapperRecipe("FlattenObservation"),))
    )
    assert isinstance(env, SyncVectorEnv)
    assert env.num_envs == 3
    assert env.metadata["autoreset_mode"].value == "SameStep"
    assert {type(each).__name__ for each in env.envs} == {"FlattenObservation"}


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe("CartPole-v1", kwargs={"no_such": 1}), "no_such"),
        (Recipe("CartPole-v1", render_mode="ansi"), "no render mode 'ansi'; it has human, rgb_array"),
        (Recipe("CartPole-v1", wrappers=(WrapperRecipe("RecordVideo"),)), "writes files"),
        (Recipe("CartPole-v1", wrappers=(WrapperRecipe("NoSuch"),), num_envs=2), "NoSuch"),
    ],
    ids=range(4),
)
def test_what_cannot_be_made_is_refused_with_a_reason(recipe: Recipe, words: str) -> None:
    with pytest.raises(NotCreatable, match=words):
        make(recipe)


def test_a_constructor_that_raises_is_refused_with_its_own_words() -> None:
    class Broken(gymnasium.Env[Any, Any]):
        def __init__(self, **_: Any) -> None:
            raise KeyError("the dial is stuck")

    gymnasium.register("BrokenInMaking-v0", Broken)
    try:
        with pytest.raises(NotCreatable, match="the dial is stuck") as raised:
            make(Recipe("BrokenInMaking-v0"))
        assert raised.value.evidence == {"env_id": "BrokenInMaking-v0"}
    finally:
        del gymnasium.registry["BrokenInMaking-v0"]


def test_a_module_that_cannot_be_imported_is_named_with_its_setting() -> None:
    with pytest.raises(Misconfigured, match=r"GYM_HTTP_ENV_MODULES names 'no_such_module'"):
        register_environments(["no_such_module"])


@pytest.mark.parametrize("env_id", ["CartPole-v1", "phys2d/CartPole-v1", "tests.stuck:CartPole-v1"])
def test_a_registered_id_is_accepted(env_id: str) -> None:
    check_registered(env_id, ["tests.stuck"])


@pytest.mark.parametrize(
    ("env_id", "words"),
    [
        ("Nothing-v0", "Nothing"),
        ("CartPole-v9", "CartPole"),
        ("a b c", "Malformed"),
        ("os:CartPole-v1", "'os' is not among those this server imports"),
    ],
)
def test_another_id_is_refused_and_no_module_is_imported_for_it(env_id: str, words: str) -> None:
    with pytest.raises(NotCreatable, match=words) as raised:
        check_registered(env_id, ["tests.stuck"])
    assert raised.value.evidence == {"env_id": env_id}


def test_a_plugin_that_a_model_needs_and_that_is_missing_is_named() -> None:
    model = '<mujoco><extension><plugin plugin="acme.spring"/></extension></mujoco>'

    def made(**kwargs: Any) -> Any:
        return mujoco.MjModel.from_xml_string(model)

    gymnasium.register("test/NeedsPlugin-v0", made)
    with pytest.raises(NotCreatable, match=r"acme\.spring"):
        make(Recipe("test/NeedsPlugin-v0"))


gymnasium.register("test/NeedsModule-v0", "no_such_module:Env")


@pytest.mark.parametrize(
    ("env_id", "kwargs", "words"),
    [
        (
            "FrozenLake-v1",
            {"map_name": "nope"},
            "FrozenLake-v1 raised KeyError: 'nope'. It was given map_name in kwargs",
        ),
        ("FrozenLake-v1", {"desc": []}, "raised ValueError: not enough values"),
        (
            "test/NeedsModule-v0",
            {},
            "needs the Python module no_such_module, which this server lacks; have it installed",
        ),
    ],
)
def test_a_constructors_bare_words_are_told_with_what_they_are_about(
    env_id: str, kwargs: dict[str, Any], words: str
) -> None:
    with pytest.raises(NotCreatable) as raised:
        make(Recipe(env_id, kwargs=kwargs))
    assert words in raised.value.detail
