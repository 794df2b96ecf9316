"""Journals of environments of which a process holds one at a time, such as emulators with their state in globals.

Any number of subjects share the process's one engine. The subject that is called has it. The one that had it
before sleeps: its state is a journal in memory, and it is made again from that when it is called next. An engine
that can go on from the state of any other of its kind changes hands instead of being made again. So whoever
holds subjects - live environments, copies that are drawn, the trial itself - need not know of it. Their calls come
from one thread (`Home.ALONE`), so that an engine never ends in the middle of a call.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import gymnasium

from shared.codec.plain import NotPlain
from shared.errors import SnapshotDiverged
from shared.snapshot.contract.calls import Call, Reset
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import generator_state, generators_of
from shared.snapshot.making.collected import first_or_collected
from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL, EpisodeSubject
from shared.snapshot.replay.journal import JOURNAL
from shared.snapshot.replay.replay import ReplayMechanism, ReplaySubject
from shared.snapshot.replay.seat import Seat

_SEAT: Seat[ReplaySubject] = Seat()
_NO_KIND = b""

_log = logging.getLogger(__name__)


class AloneMechanism:
    """A journal's mechanism, whose environments take turns with the one engine of the process.

    Not for vectors, of which one call steps several environments.
    """

    home = Home.ALONE
    makes_calls_again = True

    def __init__(self, name: str, journal: ReplayMechanism) -> None:
        self.name = name
        self.libraries = journal.libraries
        self.episodic = journal.episodic
        self.takes_over = journal.takes_over
        self._journal = journal

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether the calls on the new environment can be written down."""
        return self._journal.suits(env)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "AloneSubject":
        """Close the new environment and begin as it would have. An engine that its caller holds lives on."""
        return self.begin(recipe, lambda _: env)

    def begin(self, recipe: Recipe, make: Callable[[Recipe], Any]) -> "AloneSubject":
        """A subject that begins as the environment would that `make` makes."""
        subject = self.rebuild(recipe)
        subject.begin(lambda: make(recipe))
        return subject

    def rebuild(self, recipe: Recipe) -> "AloneSubject":
        """A subject without an environment, to be restored next."""
        kind = self.name.encode() + b" " + recipe.make
        return AloneSubject(lambda: self._journal.subject_of(recipe), kind, resets_itself=recipe.resets_itself)

    def versions_of(self, body: bytes) -> Mapping[str, str]:
        """See `ReplayMechanism.versions_of`."""
        return self._journal.versions_of(body)


class AloneSubject:
    """A live environment that sleeps while another has the engine."""

    def __init__(self, new_journal: Callable[[], ReplaySubject], kind: bytes, *, resets_itself: bool) -> None:
        self._new_journal = new_journal
        self._kind = kind
        """The same for all whose engines are made alike."""
        self._resets_itself = resets_itself
        self._journal: ReplaySubject | None = None
        """With a living engine; None while it sleeps."""
        self._body = b""
        """Of a sleeping one."""
        self._lost = ""
        """Why a sleeping one cannot go on."""
        self._shown: _Shown | None = None

    @property
    def env(self) -> gymnasium.Env[Any, Any]:
        """The environment, whichever object that is by now. To read of it wakes the subject."""
        if self._shown is None:
            self._shown = _Shown(self._own_env)
        return self._shown

    def begin(self, make: Callable[[], Any]) -> None:
        """Begin as the environment would that `make` makes. It is closed before another is made."""
        with _SEAT.taken_by(self):
            _SEAT.left_for(_NO_KIND)
            journal = self._new_journal()
            drawn = first_or_collected(lambda: _drawn_in(journal, make))
            first_or_collected(lambda: journal.begin(drawn))
            self._journal = journal

    def apply(self, call: Call) -> Any:
        """Make the call, once this one has the engine.

        Raises:
            JournalFull: as the journal's own.
            SnapshotDiverged: it was lost while it slept.
        """
        with _SEAT.taken_by(self):
            journal = self._awake()
            if (isinstance(call, Reset) or self._resets_itself) and _is_long(journal):
                journal = self._tried_without_earlier(journal)
            return journal.apply(call)

    def capture(self) -> bytes:
        """The state as the journal writes it. One that sleeps is not woken for it."""
        with _SEAT.held():
            if self._journal is None and not self._lost:
                return self._body
            return self._awake().capture()

    def capture_alone(self) -> bytes:
        """See `EpisodicSubject.capture_alone`."""
        with _SEAT.taken_by(self):
            journal = self._awake()
            assert isinstance(journal, EpisodeSubject)
            return journal.capture_alone()

    def restore(self, body: bytes) -> None:
        """Continue from the body, on a new environment.

        Raises:
            SnapshotCorrupt, SnapshotDiverged: as the journal's own.
        """
        with _SEAT.taken_by(self):
            self._restored(body)

    def sleep(self) -> None:
        """End the engine or leave it to whoever is called next, and keep the state."""
        if self._journal is None:
            return
        try:
            self._body = self._journal.capture()
        except NotPlain as error:  # in the middle of an operation
            self._lost = str(error)
            self._let_go()
            return
        journal, self._journal = self._journal, None
        if journal.takes_over:
            _SEAT.leave(self._kind, journal)
        else:
            journal.let_go()

    def close(self) -> None:
        """End the engine if this one has it."""
        with _SEAT.held():
            self._let_go()
            _SEAT.left_by(self)

    def _own_env(self) -> gymnasium.Env[Any, Any]:
        with _SEAT.taken_by(self):
            return self._awake().env

    def _awake(self) -> ReplaySubject:
        """Its journal, whose environment is made again if it slept. It has the seat."""
        if self._lost:
            raise SnapshotDiverged(
                "Another instance needed the engine in the middle of this call, and its state then could not be "
                f"written down ({self._lost}). The instance is as it was before the call."
            )
        return self._restored(self._body) if self._journal is None else self._journal

    def _restored(self, body: bytes) -> ReplaySubject:
        """Its journal in the state of the body, on the engine that lives if that can go on so, or on a new one."""
        self._journal = self._taken_over(body) or first_or_collected(
            lambda: _restored_on(self._new_journal(), body)
        )
        self._lost = ""
        return self._journal

    def _taken_over(self, body: bytes) -> ReplaySubject | None:
        """A journal on the living engine, in the state of the body; None if there is room for a new engine."""
        journal, self._journal = self._journal or _SEAT.left_for(self._kind), None
        if journal is None:
            return None
        if not journal.takes_over:
            journal.let_go()
            return None
        try:
            return _restored_on(journal, body)
        except SnapshotDiverged:
            _log.info("a state came out differently on an engine that had others, so that a new one is made")
            return None

    def _let_go(self) -> None:
        # Asleep before the engine ends, whose code may raise or be interrupted.
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.let_go()

    def _tried_without_earlier(self, journal: EpisodeSubject) -> ReplaySubject:
        """Its journal, without the earlier episodes, which are too many, where the last proves exact alone.

        A journal would compare itself with another environment, which cannot be made beside this one.
        """
        whole, alone = journal.capture(), journal.capture_alone()
        try:
            return self._restored(alone)
        except SnapshotDiverged:
            return self._restored(whole)


class _Shown(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Holds no environment: an engine may live for as long as one is referred to."""

    def __init__(self, own_env: Callable[[], gymnasium.Env[Any, Any]]) -> None:
        self._own_env = own_env
        super().__init__(own_env())

    @property
    def env(self) -> gymnasium.Env[Any, Any]:
        """The environment as it is now."""
        return self._own_env()

    @env.setter
    def env(self, env: gymnasium.Env[Any, Any]) -> None:
        """The base class sets it, and it is not kept."""


class _AloneEpisodeSubject(EpisodeSubject):
    """A journal that never makes another environment beside its own. `AloneSubject` has compared before."""

    def _is_exact_alone(self) -> bool:
        return False


def _is_long(journal: ReplaySubject) -> TypeGuard[EpisodeSubject]:
    """Whether it is to let go of the calls before the last episode."""
    return isinstance(journal, EpisodeSubject) and journal.is_long_before


def _restored_on(journal: ReplaySubject, body: bytes) -> ReplaySubject:
    """The journal in the state of the body. Its engine ends where that fails."""
    try:
        journal.restore(body)
    except BaseException:
        journal.let_go()
        raise
    return journal


def _drawn_in(journal: ReplaySubject, make: Callable[[], Any]) -> list[Any]:
    """The states of the generators of a new environment, which is closed."""
    env = make()
    drawn = [generator_state(generator) for generator in generators_of(env)]
    journal.core_of(env).close()
    return drawn


EPISODE_JOURNAL_ALONE = AloneMechanism(
    "journal-since-reset-alone", EPISODE_JOURNAL.carried_by(_AloneEpisodeSubject)
)
JOURNAL_ALONE = AloneMechanism("journal-alone", JOURNAL)
