"""Tells a client which spaces a call has changed, since some environments have others in every episode."""

from collections.abc import Generator
from functools import partial
from operator import ne
from types import GeneratorType
from typing import Any

from gymnasium import Space

from shared.session.live.environment import LiveEnvironment, Operation
from shared.wire.spaces.description import described

_NAMES = ("action_space", "observation_space")


def telling_spaces(operation: Operation) -> Operation:
    """The operation, whose reply also has `spaces` where the environment has put another space in a space's place.

    `spaces` has the description of each that is not equal to the one before. A space that is altered in place is
    not noticed. The spaces of a vector environment do not change.
    """

    def told(live: LiveEnvironment) -> Any:
        before = _spaces_of(live.env)
        reply = operation(live)
        return (
            _told_at_the_end(live, before, reply)
            if isinstance(reply, GeneratorType)
            else with_changed_spaces(live, before, reply)
        )

    return told


def _spaces_of(env: Any) -> tuple[Space[Any], Space[Any]]:
    return env.action_space, env.observation_space


def with_changed_spaces(
    live: LiveEnvironment, before: tuple[Space[Any], Space[Any]], reply: dict[str, Any]
) -> dict[str, Any]:
    """The reply, with `spaces` where those of `before` have been replaced by others."""
    after = _spaces_of(live.env)
    if after[0] is before[0] and after[1] is before[1]:
        return reply
    changed = {
        name: live.ask(described, now)
        for name, then, now in zip(_NAMES, before, after, strict=True)
        if now is not then and live.ask(partial(ne, then), now)
    }
    return {**reply, "spaces": changed} if changed else reply


def _told_at_the_end(
    live: LiveEnvironment, before: tuple[Space[Any], Space[Any]], turns: Generator[None, None, dict[str, Any]]
) -> Generator[None, None, dict[str, Any]]:
    reply = yield from turns
    return with_changed_spaces(live, before, reply)
