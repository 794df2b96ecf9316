"""Carrying an environment by making its calls again, for those whose state cannot be seen or written.

A replay is exact where the environment is deterministic and starts from the same. What surrounds the replayed
core, the wrappers whose state is known and the generators, is not replayed but carried as it is: it outlives
episodes, while a journal may begin anew at a reset. Knows no environment: `Core` tells what it must know.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
import msgspec

from shared.codec import plain
from shared.errors import JournalFull, SnapshotCorrupt
from shared.snapshot.attributes.state import StateSubject, class_path
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.contract.calls import Call, Render, Reset, Step, perform
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import (
    Readers,
    generator_state,
    generators_of,
    layers,
    set_generator_state,
)
from shared.snapshot.isolation.global_rng import GlobalRng
from shared.snapshot.making.make import make
from shared.snapshot.replay.call_log import CallLog, Drawn, Event, encoded
from shared.snapshot.replay.replayable import Replayable, core_depth
from shared.snapshot.versions.compatibility import check_libraries
from shared.snapshot.versions.distributions import version_here

LONGEST_REPLAY_S = 5.0
"""A call is refused when replaying those before it is estimated to take longer."""
LARGEST_TAPE_BYTES = 1 << 20
"""A call is refused when those before it take more, as large actions may long before they take long."""


class ReplayMechanism:
    """Carries environments by replaying their cores."""

    def __init__(
        self,
        name: str,
        core_of: Callable[[gymnasium.Env[Any, Any], bytes], Replayable],
        suits: Callable[[gymnasium.Env[Any, Any]], bool],
        libraries: tuple[str, ...] = (),
        home: Home = Home.WORKER,
    ) -> None:
        self.name = name
        self.libraries = libraries
        self.home = home
        self._core_of = core_of
        self._suits = suits

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether a replay of the newly made environment is claimed to be exact."""
        return self._suits(env)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "ReplaySubject":
        """Tend an environment like the newly made one, whose constructor may have drawn what nobody has seen."""
        return ReplaySubject(env, recipe, self._core_of)


class ReplaySubject:
    """A live environment, and the journal of its core: where it begins, and the calls since."""

    env: gymnasium.Env[Any, Any]
    _core: Replayable
    _around: StateSubject
    _seed: bytes
    """Of the global_rng that the constructor had."""
    _start: bytes
    _calls: CallLog
    _readers: Readers
    """Of the core's generators."""
    _drawn: bytes
    """The states of the core's generators when its last call had been made."""

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        recipe: Recipe,
        core_of: Callable[[gymnasium.Env[Any, Any], bytes], Replayable],
    ) -> None:
        # One environment, also of a vector, which resets its environments itself.
        single = {"num_envs": None, "autoreset": "Disabled"} if recipe.num_envs else {}
        self._recipe = msgspec.structs.replace(recipe, **single)
        self._core_of = core_of
        seed, *_ = GlobalRng.of(recipe.seed).state()
        self._make(seed)
        for generator, given in zip(generators_of(self.env), generators_of(env), strict=True):
            set_generator_state(generator, generator_state(given))
        core_of(layers(env)[core_depth(env)], seed).close()
        self._drawn = self._generators()
        self._start = self._here(None)

    def apply(self, call: Call) -> Any:
        """Make the call on the environment.

        Raises:
            JournalFull: after it a restore could take too long; the call was not made.
        """
        # A reset that begins the journal anew is the way out, so that it is never refused.
        if isinstance(call, Step | Render) or (isinstance(call, Reset) and not self._core.restarts):
            self._check_room()
        return perform(self.env, call)

    def capture(self) -> bytes:
        """What surrounds the core, where its journal begins, and the calls since; only the last part grows."""
        witness = plain.dumps(self._core.witness())
        return plain.dumps([self._around.capture(), self._start, witness, *self._calls.parts()])

    def restore(self, body: bytes) -> None:
        """Replay the calls, on a new environment unless this one has already made the first of them."""
        match plain.loads(body):
            case [bytes(around), bytes(start), bytes(witness), *parts]:
                calls = CallLog.of(parts)
            case _:
                raise SnapshotCorrupt("The journal in the snapshot is not of the form this mechanism writes.")
        if start != self._start or not calls.continues(self._calls):
            self._begin(start)
        self._set_generators(self._drawn)
        self._replay(calls.events()[len(self._calls) :])
        self._calls = calls
        self._drawn = self._generators()
        if plain.dumps(self._core.witness()) != witness:
            raise SnapshotCorrupt(
                "The calls in the snapshot came out differently when they were made again: this machine computes "
                "otherwise than the one that wrote it, or the environment is not deterministic."
            )
        self._around.restore(around)

    def close(self) -> None:
        """Release what the core holds outside the Python heap."""
        self._core.close()

    def _make(self, seed: bytes) -> None:
        """Make a new environment, whose constructor draws what any other with the seed has drawn."""
        with GlobalRng(seed).lent():
            env = make(self._recipe)
            generators_of(env)
        outer = layers(env)[: core_depth(env)]
        core = layers(env)[len(outer)]
        recorder = _Recorder(core, self._made)
        if outer:
            outer[-1].env = recorder
        self.env = env if outer else recorder
        self._seed = seed
        self._core = self._core_of(core, seed)
        replayed = {class_path(layer): () for layer in layers(recorder)}
        self._around = StateSubject(self.env, {**replayed, **WRAPPER_STATE})
        self._calls = CallLog()
        self._readers = Readers()

    def _here(self, remains: Any) -> bytes:
        """Where a journal begins: as the constructor left the core, or where it has been cleared to `remains`."""
        return zlib.compress(plain.dumps([self._core.versions(), self._seed, self._generators(), remains]))

    def _begin(self, start: bytes) -> None:
        """Go on with a new environment, whose core is as it was where the journal begins."""
        try:
            parts = plain.loads(zlib.decompress(start))
        except zlib.error as error:
            raise SnapshotCorrupt(f"The beginning of the journal cannot be read: {error}.") from error
        match parts:
            case [dict(versions), bytes(seed), bytes(generators), remains]:
                check_libraries(versions, {name: version_here(name) for name in versions})
                self._core.close()
                self._make(seed)
                if remains is not None:
                    self._core.set_remains(remains)
                self._start, self._drawn = start, generators
            case _:
                raise SnapshotCorrupt("The beginning of the journal is not of the form this mechanism writes.")

    def _made(self, call: Step | Reset | Render) -> Any:
        """Make and record a call that reaches the core, be it the caller's or a wrapper's own."""
        event = encoded(call)
        if isinstance(call, Reset) and self._core.clear():
            self._calls = CallLog()
            self._start = self._here(self._core.remains())
        elif (drawn := self._generators()) != self._drawn:
            self._calls.append(encoded(Drawn(drawn)))
        result = self._core.perform(call)
        self._calls.append(event)
        self._drawn = self._generators()
        return result

    def _replay(self, events: Sequence[Event]) -> None:
        with self._core.unseen():
            for event in events:
                if isinstance(event, Drawn):
                    self._set_generators(event.generators)
                else:
                    self._core.perform(event)

    def _generators(self) -> bytes:
        return plain.dumps(self._readers.read(self._core.generators()))

    def _set_generators(self, states: bytes) -> None:
        for generator, state in zip(self._core.generators(), plain.loads(states), strict=True):
            set_generator_state(generator, state)

    def _check_room(self) -> None:
        seconds = self._core.replay_s()
        if seconds <= LONGEST_REPLAY_S and self._calls.size <= LARGEST_TAPE_BYTES:
            return
        since, way_out = (
            ("its last reset", "reset it") if self._core.restarts else ("it was made", "create it anew")
        )
        raise JournalFull(
            f"Restoring the environment replays its {len(self._calls)} calls since {since}, and with more of them "
            f"it would take too long; {way_out}.",
            calls=len(self._calls),
            seconds=seconds,
        )


class _Recorder(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Stands around the core, so that no call reaches it unrecorded."""

    def __init__(self, core: gymnasium.Env[Any, Any], made: Callable[[Step | Reset | Render], Any]) -> None:
        super().__init__(core)
        self._made = made

    def step(self, action: Any) -> Any:
        return self._made(Step(action))

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return self._made(Reset(seed, options))

    def render(self) -> Any:
        return self._made(Render())
