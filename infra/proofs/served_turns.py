"""One of two servers that call an environment in turns: what runs in its process, without HTTP.

Both have a `Session` over the same store. What one has written, the other finds newer than what it holds.
"""

import asyncio
import copy
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.session.calls.call import InstanceCall
from shared.session.live.environment import LiveEnvironment, Operation
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.conformance.outcome import Outcome
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.making.make import register_environments
from shared.storage.sqlite import SQLiteStore

_KEY = b"a key for long runs alone......."
_OWNER = "public"
_TTL_S = 7 * 24 * 3600.0
_ANOTHER_SEED = 2
_ANOTHERS_STEPS = 3

_FIELDS = {Reset: ("observation", "info"), Step: ("observation", "reward", "terminated", "truncated", "info")}


class Created(NamedTuple):
    """A new instance."""

    reference: Reference
    mechanism: str


class Turn(NamedTuple):
    """What one server did while it was its turn."""

    outcomes: list[Outcome]
    restore_ms: float | None
    """The processor's time for reading the snapshot and continuing from it; None if the instance was current."""
    held: bool
    """Whether the server held the environment, as it had left it."""
    sizes: list[int]
    """Bytes of the state after each call, as far as it stayed in memory."""


def fields(call: Call, returned: Any) -> Outcome:
    """A digest of each value that the call returned, by its name."""
    return {name: digest(value) for name, value in zip(_FIELDS[type(call)], returned, strict=True)}


class Server:
    """A server's session, and the loop on which it lives."""

    def __init__(self, store: Path, modules: Sequence[str], trial_s: float) -> None:
        register_environments(modules)
        self._modules = tuple(modules)
        self._session = Session(
            SQLiteStore(store), [_KEY], live_envs=1, idle_ttl_s=_TTL_S, trial=Limits(seconds=trial_s)
        )
        self._runner = asyncio.Runner()
        self._another: Reference | None = None
        """An instance of the same kind, which needs the room of this one now and then."""

    def create(self, recipe: Recipe) -> Created:
        """A new instance, tried before as any that a client asks for.

        Raises:
            GymHTTPError: it is refused.
        """
        header = self._runner.run(self._session.creation.create(_OWNER, recipe, self._modules))
        return Created(header.reference, header.mechanism)

    def turn(self, reference: Reference, calls: Sequence[Call], evicted: bool) -> Turn:
        """Make the calls, each as a request of its own.

        Where `evicted`, nothing of the instance is in memory: another one of its kind was called meanwhile, and
        there is room for one.

        Raises:
            GymHTTPError: a call was refused.
        """
        return self._runner.run(self._turn(reference, calls, evicted))

    async def _turn(self, reference: Reference, calls: Sequence[Call], evicted: bool) -> Turn:
        live = self._session.live
        if evicted:
            await self._call_another(reference)
        held = live.get(reference)
        before = None if held is None else held.header.revision
        async with live.lock(reference):
            if held is not None:
                live.beware(held)
            began = time.process_time()
            current, _ = await live.current(reference)
            took = (time.process_time() - began) * 1e3
            restored = current.header.revision != before
        outcomes, sizes = [], []
        for call in calls:
            outcome = await self._session.call(InstanceCall(reference, _made(call), lambda reply: reply))
            outcomes.append(outcome.reply)
            newest = live.get(reference)
            if newest is not None:  # one whose kind moves to another thread is let go
                sizes.append(len(newest.loaded.body))
        return Turn(outcomes, took if restored else None, held is not None, sizes)

    async def _call_another(self, reference: Reference) -> None:
        """Let another instance of the kind have the room, in the middle of an episode of its own."""
        live = self._session.live
        if self._another is None:
            recipe = (await self._session.snapshots.header(reference)).recipe
            other = msgspec.structs.replace(recipe, seed=_ANOTHER_SEED)
            created = await self._session.creation.create(_OWNER, other, self._modules)
            self._another = created.reference
            await self._session.call(InstanceCall(self._another, _made(Reset(_ANOTHER_SEED)), lambda reply: reply))
            await self._session.call(InstanceCall(self._another, _stepped, lambda reply: reply))
        async with live.lock(self._another):
            await live.current(self._another)
        assert live.get(reference) is None, "there is room for one"

    def close(self) -> None:
        """Close the environment and the store."""
        self._runner.run(self._session.shut_down())
        self._runner.close()


def _made(call: Call) -> Operation:
    def operation(live: LiveEnvironment) -> Outcome:
        return fields(call, live.step(call.action) if isinstance(call, Step) else live.apply(call))

    return operation


def _stepped(live: LiveEnvironment) -> None:
    actions = copy.deepcopy(live.env.action_space)  # a sample of its own would be a change of the environment
    actions.seed(_ANOTHER_SEED)
    for _ in range(_ANOTHERS_STEPS):
        live.step(actions.sample())


_here: dict[str, Server] = {}
"""The one server of this process."""


def open_here(store: Path, modules: Sequence[str], trial_s: float) -> None:
    """Let this process be a server."""
    _here["server"] = Server(store, modules, trial_s)


def create_here(recipe: Recipe) -> Created:
    """See `Server.create`."""
    return _here["server"].create(recipe)


def turn_here(reference: Reference, calls: Sequence[Call], evicted: bool) -> Turn:
    """See `Server.turn`."""
    return _here["server"].turn(reference, calls, evicted)


def close_here() -> None:
    """See `Server.close`."""
    _here.pop("server").close()
