"""Carrying an environment by making its calls again, for those whose state cannot be read or written.

A replay is exact where the environment is deterministic and starts from the same state. What surrounds the
replayed core, the known wrappers and the generators, is not replayed but carried as it is: it outlives episodes,
while a journal may start anew at a reset. This module knows no environment; a `Replayable` tells what it must.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium
import msgspec

from shared.codec import plain
from shared.errors import JournalFull, SnapshotCorrupt, SnapshotDiverged
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
from shared.snapshot.replay.recorder import CallRecorder
from shared.snapshot.replay.replayable import Replayable, core_depth
from shared.snapshot.replay.start import Start

LONGEST_REPLAY_S = 5.0
"""A call is refused when replaying those before it is estimated to take longer."""
LARGEST_JOURNAL_BYTES = 1 << 20
"""A call is refused when those before it take more bytes; large actions get there before a replay is slow."""

CoreOf = Callable[[gymnasium.Env[Any, Any], bytes], Replayable]
"""Makes the core of an environment, given the seed that the global generators had in its constructor."""


class ReplayMechanism:
    """Carries environments by replaying their cores."""

    makes_calls_again = True

    def __init__(
        self,
        name: str,
        core_of: CoreOf,
        suits: Callable[[gymnasium.Env[Any, Any]], bool],
        libraries: tuple[str, ...] = (),
        home: Home = Home.WORKER,
        subject: "type[ReplaySubject] | None" = None,
    ) -> None:
        self.name = name
        self._subject = subject or ReplaySubject
        self.episodic = self._subject.episodic
        self.takes_over = self._subject.takes_over
        self.libraries = libraries
        self.home = home
        self._core_of = core_of
        self._suits = suits

    def carried_by(self, subject: "type[ReplaySubject]") -> "ReplayMechanism":
        """The same, with subjects of another class."""
        return ReplayMechanism(self.name, self._core_of, self._suits, self.libraries, self.home, subject)

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether a replay of the newly made environment is claimed to be exact."""
        return self._suits(env)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "ReplaySubject":
        """Tend an environment made anew, since nobody has seen what the constructor of `env` drew."""
        return self._subject(recipe, self._core_of, env)

    def rebuild(self, recipe: Recipe) -> "ReplaySubject | None":
        """A subject without an environment, to be restored next: its restore makes the only one that is needed."""
        return self.subject_of(recipe) if recipe.num_envs is None else None

    def subject_of(self, recipe: Recipe) -> "ReplaySubject":
        """A subject without an environment, to be restored or begun next."""
        return self._subject(recipe, self._core_of)

    def versions_of(self, body: bytes) -> Mapping[str, str]:
        """The versions of what the calls' results depend on, where the journal started.

        Raises:
            SnapshotCorrupt: the bytes are no journal.
        """
        _around, start, *_ = parts_of(body)
        return Start.unpacked(start).versions


class ReplaySubject:
    """A live environment, and the journal of its core: a start, and the calls since."""

    episodic = False
    """Whether it is an `EpisodicSubject`."""
    takes_over = False
    """Whether a restore goes on with the environment that is there, whatever that and others alike have played."""
    env: gymnasium.Env[Any, Any]
    core: Replayable
    calls: CallLog
    """Since the journal's start."""
    _around: StateSubject
    _seed: bytes
    """Of the global generators during the constructor."""
    _start = b""
    """Empty until there is a core."""
    _readers: Readers
    """Of the core's generators."""
    _drawn: bytes
    """The states of the core's generators after its last call."""

    def __init__(self, recipe: Recipe, core_of: CoreOf, env: gymnasium.Env[Any, Any] | None = None) -> None:
        # One environment, also of a vector, which resets its environments itself.
        single = {"num_envs": None, "autoreset": "Disabled"} if recipe.num_envs else {}
        self._recipe = msgspec.structs.replace(recipe, **single)
        self._core_of = core_of
        if env is not None:
            self._begin_as(env)

    def _begin_as(self, env: gymnasium.Env[Any, Any]) -> None:
        drawn = [generator_state(generator) for generator in generators_of(env)]
        # Closed before another is made: it may hold a process, and only as many may run as are alive.
        self.core_of(env).close()
        self.begin(drawn)

    def core_of(self, env: gymnasium.Env[Any, Any]) -> Replayable:
        """The core of an environment that was made from the recipe."""
        seed, *_ = GlobalRng.of(self._recipe.seed).state()
        return self._core_of(layers(env)[core_depth(env)], seed)

    def begin(self, drawn: Sequence[Any]) -> None:
        """Begin with a new environment, whose generators get these states, as `generator_state` tells them."""
        seed, *_ = GlobalRng.of(self._recipe.seed).state()
        self._make(seed)
        for generator, state in zip(generators_of(self.env), drawn, strict=True):
            set_generator_state(generator, state)
        self._drawn = self._generators()
        self._start = self._packed_start(residue=None)

    def apply(self, call: Call) -> Any:
        """Make the call on the environment.

        Raises:
            JournalFull: After this call a restore could take too long. It was not made.
        """
        # A reset that starts the journal anew is the way out, and so is never refused.
        if isinstance(call, Step | Render) or (isinstance(call, Reset) and not self.core.restarts):
            self._check_room()
        return perform(self.env, call)

    def capture(self) -> bytes:
        """What surrounds the core, the journal's start, and the calls since; only the last part grows."""
        return plain.dumps(self._captured())

    def restore(self, body: bytes) -> None:
        """Replay the calls, on a new environment unless this one has already made the first of them.

        Raises:
            SnapshotCorrupt: the bytes are no journal.
            SnapshotDiverged: the calls came out differently.
        """
        self._continue(*parts_of(body))

    def close(self) -> None:
        """Release what the core holds outside the Python heap."""
        if self._start:
            self.core.close()

    def let_go(self) -> None:
        """Close, and refer to nothing of the environment: some engines end when nothing refers to them."""
        self.close()
        for name in ("env", "core", "_around", "_readers"):
            self.__dict__.pop(name, None)

    def _captured(self) -> list[Any]:
        fingerprint = plain.dumps(self.core.fingerprint())
        return [self._around.capture(), self._start, fingerprint, *self.calls.parts()]

    def _continue(self, around: bytes, start: bytes, fingerprint: bytes, *parts: Any) -> None:
        calls = CallLog.of([*parts])
        if start != self._start or not calls.continues(self.calls):  # as where there is no core yet
            self._begin(start)
        self._set_generators(self._drawn)
        self._replay(calls.events()[len(self.calls) :])
        self._arrive(around, calls, fingerprint)

    def _arrive(self, around: bytes, calls: CallLog, fingerprint: bytes) -> None:
        """Check the core, on which the calls have been made again, and go on from there."""
        self.calls = calls
        self._drawn = self._generators()
        if not self._fits(fingerprint):
            raise diverged("The calls in the snapshot came out differently when they were made again")
        self._around.restore(around)

    def _fits(self, fingerprint: bytes) -> bool:
        return plain.dumps(self.core.fingerprint()) == fingerprint

    def _make(self, seed: bytes) -> None:
        """Make a new environment, whose constructor draws what any other with the seed has drawn."""
        with GlobalRng(seed).lent():
            env = make(self._recipe)
            generators_of(env)
        outer = layers(env)[: core_depth(env)]
        core = layers(env)[len(outer)]
        recorder = CallRecorder(core, self._record)
        if outer:
            outer[-1].env = recorder
        self.env = env if outer else recorder
        self._seed = seed
        self.core = self._core_of(core, seed)
        replayed = {class_path(layer): () for layer in layers(recorder)}
        self._around = StateSubject(self.env, {**replayed, **WRAPPER_STATE})
        self.calls = CallLog()
        self._readers = Readers()

    def _packed_start(self, residue: Any) -> bytes:
        """A journal that starts here."""
        return Start(self.core.versions(), self._seed, self._generators(), residue).packed()

    def _begin(self, packed: bytes) -> None:
        """Continue with a new environment, whose core is as it was where the journal starts."""
        start = Start.unpacked(packed)
        self.close()
        self._make(start.seed)
        self._start, self._drawn = packed, start.generators
        if start.residue is not None:
            self.core.set_residue(start.residue)

    def _record(self, call: Step | Reset | Render) -> Any:
        """Make and record a call that reaches the core, the caller's or a wrapper's own."""
        event = encoded(call)
        if isinstance(call, Reset) and self.core.clear():
            self.calls = CallLog()
            self._start = self._packed_start(self.core.residue())
        elif (drawn := self._generators()) != self._drawn:
            self.calls.append(encoded(Drawn(drawn)))
        result = self.core.perform(call)
        self.calls.append(event)
        self._drawn = self._generators()
        return result

    def _replay(self, events: Sequence[Event]) -> None:
        try:
            with self.core.unseen():
                for event in events:
                    if isinstance(event, Drawn):
                        self._set_generators(event.generators)
                    else:
                        self.core.perform(event)
        except Exception as error:  # what the environment raises now, it did not when the call was first made
            raise diverged(f"A call in the snapshot raised {error!r} when it was made again") from error

    def _generators(self) -> bytes:
        return plain.dumps(self._readers.read(self.core.generators()))

    def _set_generators(self, states: bytes) -> None:
        generators, stored = self.core.generators(), plain.loads(states)
        if len(generators) != len(stored):  # an episode may leave more of them than a new environment has
            raise diverged("The environment in the snapshot has more or fewer generators than a new one")
        for generator, state in zip(generators, stored, strict=True):
            set_generator_state(generator, state)

    def _check_room(self) -> None:
        seconds = self.core.replay_s()
        if seconds <= LONGEST_REPLAY_S and self.calls.size <= LARGEST_JOURNAL_BYTES:
            return
        since, way_out = (
            ("its last reset", "reset it") if self.core.restarts else ("it was made", "create it anew")
        )
        raise JournalFull(
            f"Restoring the environment replays its {len(self.calls)} calls since {since}, and with more of them "
            f"it would take too long; {way_out}.",
            calls=len(self.calls),
            seconds=seconds,
        )


def parts_of(body: bytes) -> list[Any]:
    """What surrounds the core, the start, the fingerprint, and the parts of the calls.

    Raises:
        SnapshotCorrupt: the bytes are no journal.
    """
    match plain.loads(body):
        case [bytes(around), bytes(start), bytes(fingerprint), *calls]:
            return [around, start, fingerprint, *calls]
        case _:
            raise SnapshotCorrupt("The journal in the snapshot is not of the form this mechanism writes.")


def diverged(what: str) -> SnapshotDiverged:
    """The error that tells what came out differently, why that may be, and what to do."""
    return SnapshotDiverged(
        f"{what}: this machine computes differently from the one that wrote it, the environment is not "
        "deterministic, or it shares state with other instances. Restore an earlier checkpoint, or create it anew."
    )
