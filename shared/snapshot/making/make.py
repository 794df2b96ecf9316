"""Making environments from recipes with `gymnasium.make`."""

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any

import gymnasium
from gymnasium.vector import SyncVectorEnv

from shared.errors import EnvironmentRaised, Misconfigured, NotCreatable, text_of
from shared.snapshot.contract.recipe import AutoresetMode, Recipe
from shared.snapshot.isolation.first_use import first_time
from shared.snapshot.isolation.left_files import noted, remove, remove_with
from shared.snapshot.isolation.process_state import ProcessState, note_constructor
from shared.snapshot.isolation.timeout import interruptible
from shared.snapshot.making.arguments import check_made, constructor_kwargs
from shared.snapshot.making.autoreset import SameStepAutoreset
from shared.snapshot.making.env_ids import registered_family
from shared.snapshot.making.no_screen import way_out
from shared.snapshot.making.observation_size import check_observation_size
from shared.snapshot.making.own_spaces import own_spaces
from shared.snapshot.making.wrappers import wrap


def register_environments(modules: Iterable[str]) -> None:
    """Import the modules that register environments with Gymnasium.

    Raises:
        Misconfigured: one of them cannot be imported.
    """
    gymnasium.logger.min_level = gymnasium.logger.ERROR  # its warnings are for the author of a training loop
    for module in modules:
        try:
            gymnasium.register_envs(import_module(module))
        except ImportError as error:
            raise Misconfigured(
                f"GYM_HTTP_ENV_MODULES names {module!r}, which cannot be imported: {error}; install it or drop it."
            ) from error


def check_registered(env_id: str, modules: Iterable[str]) -> None:
    """Accept `Name-v0`, `namespace/Name-v0` or `module:Name-v0` if it is registered. Imports nothing.

    Raises:
        NotCreatable: it is not registered, in Gymnasium's words, or the module is not one of `modules`.
    """
    module, colon, name = env_id.rpartition(":")
    if colon and module not in modules:
        raise NotCreatable(
            f"The module {module!r} is not among those this server imports (GYM_HTTP_ENV_MODULES).",
            env_id=env_id,
        )
    try:
        gymnasium.spec(name)
    except (gymnasium.error.Error, ValueError) as error:
        raise NotCreatable(text_of(error), env_id=env_id) from error


def make(recipe: Recipe) -> Any:
    """A new `gymnasium.Env`, or a new `SyncVectorEnv` if the recipe has a number of environments.

    Calls `gymnasium.make` without its checker and adds the wrappers, then autoreset. The render mode `human` is
    made as None, since a server has no screen.

    Raises:
        NotCreatable: Gymnasium, the constructor or a wrapper refused, in its own words.
    """
    env: Any
    if recipe.num_envs is None:
        env = _autoreset(_single(recipe), recipe.autoreset)
    else:
        try:
            env = SyncVectorEnv([partial(_single, recipe)] * recipe.num_envs, autoreset_mode=recipe.autoreset)
        except (RuntimeError, TypeError, ValueError) as error:
            raise NotCreatable(text_of(error), env_id=recipe.env_id) from error
    if recipe.seed is not None:
        env.action_space.seed(recipe.seed)
        env.observation_space.seed(recipe.seed)
    return env


def _single(recipe: Recipe) -> gymnasium.Env[Any, Any]:
    shown = recipe.render_mode if recipe.render_mode != "human" else None
    extra = {"render_mode": shown} if shown is not None else {}
    try:
        made = partial(
            gymnasium.make,
            max_episode_steps=recipe.max_episode_steps,
            disable_env_checker=True,
            **constructor_kwargs(recipe.env_id, recipe.kwargs),
            **extra,
        )
        with first_time(f"make {recipe.env_id}"):
            env = _made(recipe.env_id, made)
        own_spaces(env)
        _check_render_mode(env, recipe)
        check_made(recipe.env_id, env)
        for wrapper in recipe.wrappers:
            with first_time(f"wrap {wrapper.name}"):
                env = wrap(env, wrapper.name, wrapper.kwargs)
        check_observation_size(env.observation_space, recipe.num_envs or 1)
    except NotCreatable:
        raise
    except EnvironmentRaised as error:
        told = f"Its code raised {error.evidence['exception']}: {error.evidence['text']}"
        raise NotCreatable(told, env_id=recipe.env_id) from error
    except Exception as error:  # a constructor may raise anything; its words go to the client
        raise NotCreatable(_told(error, recipe) + way_out(error), env_id=recipe.env_id) from error
    return env


def _told(error: Exception, recipe: Recipe) -> str:
    """What a constructor raised, for who sent its arguments.

    Gymnasium adds to the words of a TypeError, and leaves others bare: those of a KeyError are the key alone.
    """
    if isinstance(error, ModuleNotFoundError) and error.name:
        return (
            f"{recipe.env_id} needs the Python module {error.name}, which this server lacks; have it installed, "
            "or choose another environment."
        )
    words = text_of(error)
    if isinstance(error, gymnasium.error.Error) or recipe.env_id in words:
        return words or type(error).__name__
    told = f"{recipe.env_id} raised {type(error).__name__}: {words}"
    if not recipe.kwargs:
        return told
    return f"{told}. It was given {', '.join(recipe.kwargs)} in kwargs: change them or leave them out."


def _made(env_id: str, made: Callable[[str], gymnasium.Env[Any, Any]]) -> gymnasium.Env[Any, Any]:
    """Call the constructor. One that no family declares may set what the whole process has, and leave files."""
    name = env_id.rpartition(":")[2]
    if registered_family(env_id) is not None:
        return interruptible(made, name)
    state = ProcessState()
    with noted() as files:
        try:
            with state.of_constructor():
                env = interruptible(made, name)
        except BaseException:
            remove(name, files)
            raise
    note_constructor(env, state)
    remove_with(env.unwrapped, name, files)
    return env


def _autoreset(env: gymnasium.Env[Any, Any], mode: AutoresetMode) -> gymnasium.Env[Any, Any]:
    if mode == "NextStep":
        return gymnasium.wrappers.Autoreset(env)
    return SameStepAutoreset(env) if mode == "SameStep" else env


def _check_render_mode(env: gymnasium.Env[Any, Any], recipe: Recipe) -> None:
    """Refuse a mode of which Gymnasium would only warn, and which then fails at the first frame."""
    modes = env.metadata.get("render_modes") or [recipe.render_mode]
    if recipe.render_mode not in (None, "human", *modes):
        raise NotCreatable(
            f"{recipe.env_id} has no render mode {recipe.render_mode!r}; it has {', '.join(modes)}.",
            env_id=recipe.env_id,
        )
