"""What `env.spec` is: the spec that the environment has in process, whose entry point makes it on the server."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol

import gymnasium
from gymnasium.envs.registration import EnvSpec, WrapperSpec

from gymnasium_http.transport.caller import Caller

REGISTERED = "http/Env-v0"
"""The id under which `registration` puts this package into Gymnasium's registry."""

_OF_THE_CONNECTION = ("url", "api_key", "timeout", "patience", "connection")


class EntryPoint(Protocol):
    """Makes an environment on a server, and knows its entry points in process."""

    @property
    def entry_point(self) -> str | None:
        """That of the environment; None where it is no text."""

    @property
    def vector_entry_point(self) -> str | None:
        """That of its vectors; None where it is no text, or there is none."""

    def __call__(self, **kwargs: Any) -> gymnasium.Env[Any, Any]:
        """Make the environment."""


class ServedSpec(EnvSpec):
    """A spec for `gymnasium.make` in this and other processes. Its JSON names neither a server nor a secret."""

    def to_json(self) -> str:
        """The JSON that the spec of the environment in process has, from which it is made in process.

        That of `http/Env-v0` makes the environment on the server with the same address, without an API key.
        """
        fields = _fields(self)
        if callable(self.entry_point):
            served: Any = self.entry_point
            fields["entry_point"] = served.entry_point
            fields["vector_entry_point"] = served.vector_entry_point
        elif "connection" in fields["kwargs"]:
            kwargs = dict(fields["kwargs"])
            fields["kwargs"] = {"url": kwargs.pop("connection").url, **kwargs}
        return EnvSpec(**fields).to_json()


def served_spec(described: Mapping[str, Any], entry_point: EntryPoint) -> EnvSpec:
    """The spec in the reply of `interface/`, with this entry point."""
    wrappers = tuple(WrapperSpec(**wrapper) for wrapper in described["additional_wrappers"])
    own = {"additional_wrappers": wrappers, "entry_point": entry_point, "vector_entry_point": None}
    return ServedSpec(**{**described, **own})


def completed(given: EnvSpec, of_environment: EnvSpec, connection: Caller) -> EnvSpec:
    """The spec that `gymnasium.make` sets, with what it cannot know.

    For `http/Env-v0` that is the environment's limit and threshold, and the connection, which has the API key.
    """
    fields = _fields(given)
    if given.id == REGISTERED:
        kwargs = {name: value for name, value in given.kwargs.items() if name not in _OF_THE_CONNECTION}
        fields["kwargs"] = {**kwargs, "connection": connection}
        for name in ("max_episode_steps", "reward_threshold", "nondeterministic"):
            fields[name] = getattr(of_environment, name)
    return ServedSpec(**fields)


def _fields(spec: EnvSpec) -> dict[str, Any]:
    return {field.name: getattr(spec, field.name) for field in dataclasses.fields(EnvSpec) if field.init}
