"""Environment ids of older releases of Gym, and what replaced them."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import gymnasium
from gymnasium.envs.registration import EnvSpec, parse_env_id

from shared.families.families import FAMILIES

_NAMESPACED = [family for family in FAMILIES if family.namespace is not None]

_ATARI = re.compile(r"(\w+?)(-ram)?(Deterministic|NoFrameskip)?")
_STICKY = {0: 0.25, 4: 0.0}
"""The probability that an action is repeated, by the version of an Atari id."""

GONE = re.compile(
    r"(Copy|RepeatCopy|ReversedAddition3?|DuplicatedInput|Reverse|NChain|HotterColder|GuessingGame|Roulette"
    r"|KellyCoinflip(Generalized)?|Fetch\w+|Hand(Reach|Manipulate)\w*|Go(9x9|19x19)|Hex9x9|meta-Doom|Doom\w+"
    r"|CNNClassifierTraining|ConvergenceControl|Predict(Actions|Obs)Cartpole|OffSwitchCartpole(Prob)?"
    r"|SemisuperPendulum\w+|(One|Two)Round\w+Reward)-v\d+"
)
"""Ids that releases of OpenAI's Gym registered, and Gymnasium does not."""


class Replacement(NamedTuple):
    """What is made in place of an environment whose id is gone."""

    env_id: str
    kwargs: Mapping[str, Any]
    """Arguments that make it what the old id named."""


def replacement(env_id: str) -> Replacement | None:
    """What replaced the environment of the id; None where nothing newer has its name.

    It is the newest registered version, if that is newer than the one that the id names. An id without a namespace
    is looked up in the families' namespaces where nothing else has its name: `Pong-v0` has become `ALE/Pong-v5`.
    """
    try:
        namespace, name, version = parse_env_id(env_id)
    except gymnasium.error.Error:
        return None
    if version is None:
        return None
    versions = _versions(namespace, name)
    if namespace is None and all(_is_namespaced(spec) for spec in versions):
        versions += [spec for family in _NAMESPACED for spec in _versions(family.namespace, name)]
    newest = max(versions, key=_version, default=None)
    if newest is None:
        return _atari(name, version) if namespace is None else None
    return Replacement(newest.id, {}) if _version(newest) > version else None


def _versions(namespace: str | None, name: str) -> list[EnvSpec]:
    return [
        spec
        for spec in gymnasium.registry.values()
        if spec.name == name and spec.namespace == namespace and spec.version is not None
    ]


def _version(spec: EnvSpec) -> int:
    return spec.version or 0


def _is_namespaced(spec: EnvSpec) -> bool:
    """Whether it is of a family with a namespace, which registers its older versions without one."""
    return any(family.holds(str(spec.entry_point).partition(":")[0]) for family in _NAMESPACED)


def _atari(name: str, version: int) -> Replacement | None:
    """The game of an id that spelled out its arguments, as Gym 0.21 registered them (`gym/envs/__init__.py`)."""
    named = _ATARI.fullmatch(name)
    if named is None or version not in _STICKY:
        return None
    game, ram, frames = named.groups()
    newest = max(_versions("ALE", game), key=_version, default=None)
    if newest is None or not (ram or frames):
        return None
    deterministic = 3 if game == "SpaceInvaders" else 4
    frameskip = {None: [2, 5], "Deterministic": deterministic, "NoFrameskip": 1}[frames]
    return Replacement(
        newest.id,
        {
            "obs_type": "ram" if ram else "rgb",
            "frameskip": frameskip,
            "repeat_action_probability": _STICKY[version],
        },
    )
