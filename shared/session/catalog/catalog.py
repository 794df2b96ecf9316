"""The environments that can be created, with their spaces: a shipped table, since making each takes minutes.

`make catalog` writes the table. An environment of another package is not in it; it is made and described when it
is asked for by its id.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec

from shared.errors import GymHTTPError
from shared.families.families import family_of
from shared.frames import PICTURES
from shared.session.catalog.keymaps import keymap
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import proved_mechanism
from shared.wire.spaces.description import describe

TABLE = Path(__file__).with_name("catalog.json")


def catalog() -> list[dict[str, Any]]:
    """The entries of all environments that can be created in this process, sorted by id, without `keys`."""
    return [
        _listed().get(env_id) or _unmade(spec)
        for env_id, spec in sorted(gymnasium.registry.items())
        if _can_be_made(env_id, spec)
    ]


def shipped(env_id: str) -> dict[str, Any] | None:
    """The environment's entry in the table, with `keys`; None if it is not there."""
    entry = _shipped()["environments"].get(env_id)
    return None if entry is None else {**entry, "keys": _shipped()["keymaps"][entry["keys"]]}


def described(env_id: str, modules: tuple[str, ...]) -> dict[str, Any]:
    """The entry of an environment, made in a process that has registered nothing yet.

    Raises:
        NotCreatable: it cannot be made, in Gymnasium's words.
    """
    register_environments(modules)
    return describe_environment(env_id)


def describe_environment(env_id: str) -> dict[str, Any]:
    """Make the environment and describe it. Bounds that are equal everywhere are given as one number.

    Raises:
        NotCreatable: it cannot be made, in Gymnasium's words.
    """
    env = make(Recipe(env_id))
    proved = proved_mechanism(env)
    return {
        **_unmade(gymnasium.spec(env_id)),
        "action_space": _compact(describe(env.action_space)),
        "observation_space": _compact(describe(env.observation_space)),
        "render_modes": [mode for mode in env.metadata.get("render_modes", ()) if mode in (*PICTURES, "human")],
        "render_fps": env.metadata.get("render_fps"),
        "action_meanings": _meanings(env.unwrapped),
        "mechanism": None if proved is None else proved.name,
        "keys": keymap(env),
    }


def describe_all(env_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The entries of those of the environments that can be made, by id."""
    entries = {}
    for env_id in sorted(env_ids):
        try:
            entries[env_id] = describe_environment(env_id)
        except GymHTTPError:
            continue  # deprecated, not installed or refused
    return entries


def as_table(entries: Mapping[str, dict[str, Any]]) -> str:
    """The text of the shipped table. Key maps stand apart, by number: most Atari games share one."""
    keymaps = list(dict.fromkeys(json.dumps(entry["keys"]) for entry in entries.values()))
    numbered = {
        env_id: json.dumps({**entry, "keys": keymaps.index(json.dumps(entry["keys"]))})
        for env_id, entry in entries.items()
    }
    environments = ",\n".join(f"{json.dumps(env_id)}: {entry}" for env_id, entry in numbered.items())
    listed = ",\n".join(keymaps)
    return f'{{"environments": {{\n{environments}\n}},\n"keymaps": [\n{listed}\n]}}\n'


@cache
def _shipped() -> dict[str, Any]:
    shipped: dict[str, Any] = json.loads(TABLE.read_text())
    return shipped


@cache
def _listed() -> dict[str, dict[str, Any]]:
    return {
        env_id: {name: told for name, told in entry.items() if name != "keys"}
        for env_id, entry in _shipped()["environments"].items()
    }


def _unmade(spec: EnvSpec) -> dict[str, Any]:
    """What Gymnasium's registry knows without making the environment."""
    return {
        "env_id": spec.id,
        "max_episode_steps": spec.max_episode_steps,
        "reward_threshold": spec.reward_threshold,
        "nondeterministic": spec.nondeterministic,
        "action_space": None,
        "observation_space": None,
        "render_modes": None,
        "render_fps": None,
        "action_meanings": None,
        "mechanism": None,
    }


def _meanings(env: Any) -> list[str] | None:
    """The names of the actions, if the environment has `get_action_meanings`, as Atari's have."""
    meanings: Callable[[], list[str]] | None = getattr(env, "get_action_meanings", None)
    return None if meanings is None else list(meanings())


def _can_be_made(env_id: str, spec: EnvSpec) -> bool:
    """Whether the environment is in the table or of another package, and its family is installed."""
    if not isinstance(spec.entry_point, str):
        return False
    family = family_of(spec.entry_point)
    if family is not None and not family.is_installed():
        return False
    foreign = family is None and not spec.entry_point.startswith("gymnasium.")
    return env_id in _listed() or foreign


def _compact(description: Any) -> Any:
    """The description with one number for bounds that are equal everywhere. A picture has 100,000 of them."""
    if isinstance(description, list):
        return [_compact(item) for item in description]
    if not isinstance(description, dict):
        return description
    compact = {key: _compact(value) for key, value in description.items()}
    for bound in ("low", "high"):
        values = np.unique(np.array(description.get(bound, []), dtype=object).ravel().astype(str))
        if len(values) == 1:
            compact[bound] = np.array(description[bound], dtype=object).ravel()[0]
    return compact
