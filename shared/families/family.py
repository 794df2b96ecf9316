"""What the service knows about a family of environments before any of its code is imported.

A family is one object: it says how it is installed, which snapshot mechanisms carry it, what a client may pass to
its constructors and which keys play it. Nothing here imports Gymnasium, the family or a mechanism, so that every
endpoint can afford to know all of them.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

import msgspec


class PlayKeys(msgspec.Struct, frozen=True):
    """The keys that play the environments of one class."""

    actions: tuple[Mapping[str, Any], ...]
    """One map from keys to action for each action space that the class may have.

    Keys that are held together stand in one text, as characters or the arrows ←→↑↓. The empty text maps to the
    action while no key is held.
    """
    meanings: Mapping[str, str] = msgspec.field(default_factory=dict)
    """What a single key does, where the environment has no words for it."""


class UnsuitableArgument(ValueError):
    """A client's argument that a family cannot take. The text says what to send instead."""


def _accept_all(env_id: str, kwargs: Mapping[str, Any]) -> None:
    """Refuse no argument."""


def _accept_made(env_id: str, env: Any) -> None:
    """Refuse no environment."""


class Family(msgspec.Struct, frozen=True, eq=False):
    """Environments that are installed together and carried by the same mechanisms."""

    name: str
    """Also the extra that installs it: `pip install "gym-http-serverless[NAME]"`."""

    packages: tuple[str, ...]
    """Packages whose classes are its environments, as `EnvSpec.entry_point` begins."""

    needs: str | None = None
    """A module without which none of its environments can be made."""

    registered_by: str | None = None
    """The module that registers its ids when imported. None where `import gymnasium` does."""

    namespace: str | None = None
    """The namespace of its ids, such as `ALE` in `ALE/Pong-v5`, where older ids had none."""

    mechanisms: Mapping[str, str] = msgspec.field(default_factory=dict)
    """The mechanisms proved to carry it: from `Mechanism.name` to where it is, as `module:attribute`.

    They are asked in this order. Without one, each environment is tried with the general mechanisms.
    """

    check_kwargs: Callable[[str, Mapping[str, Any]], None] = _accept_all
    """Raise `UnsuitableArgument` for arguments of `gymnasium.make(env_id, **kwargs)` that it cannot take."""

    constructor_kwargs: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    """Turn a client's arguments, which are JSON, into those that the constructor takes."""

    native_kwargs: frozenset[str] = frozenset()
    """Arguments that native code reads: with one of them an environment is tried in a child process first."""

    check_made: Callable[[str, Any], None] = _accept_made
    """Raise `UnsuitableArgument` for an environment, just made, over which native code would end the process."""

    keys: Mapping[str, PlayKeys] = msgspec.field(default_factory=dict)
    """By the name of the class, for environments that have no `get_keys_to_action`."""

    frames_every: int = 5
    """Steps between two frames in the published proof of exactness: more where a frame takes long."""

    def holds(self, module: str) -> bool:
        """Whether a class of this module is one of the family's."""
        return any(module == package or module.startswith(f"{package}.") for package in self.packages)

    def is_installed(self) -> bool:
        """Whether its environments can be made in this process."""
        return self.needs is None or _is_installed(self.needs)


@cache
def _is_installed(module: str) -> bool:
    return find_spec(module) is not None
