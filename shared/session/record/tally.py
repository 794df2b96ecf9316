"""Counting the episodes of a log when a segment is sealed, from its entries and where the one before has left off.

So the listing of a long log reads no calls.
"""

from typing import Any

import msgspec

from shared.session.record.entries import Kind, Recorded
from shared.session.record.episodes import End, Episode, Start
from shared.session.record.reader import Reader
from shared.session.stored.header import Header, Log
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.contract.returned import has_ended, reward_of

_RESET, _DRAWN_STEP, _RESTORE = int(Kind.RESET), int(Kind.DRAWN_STEP), int(Kind.RESTORE)
_MOST_INTEGER = 1 << 63


class Course(msgspec.Struct, array_like=True):
    """How far one environment has come in its episodes. Append-only, as `Header`."""

    number: int = 0
    """Of the last episode that has begun."""
    open: bool = False
    """Whether that one goes on."""
    due: bool = False
    """Whether the next step resets, since autoreset is NextStep."""
    start: Start = "reset"
    seed: int | str | None = None
    steps: int = 0
    total: float = 0.0
    first: tuple[int, int] = (0, -1)
    last: tuple[int, int] = (0, -1)
    began: int = 0

    def begin(self, start: Start, place: tuple[int, int], ms: int, seed: Any = None) -> None:
        """Begin the next episode."""
        self.number += 1
        self.open, self.due, self.start, self.steps, self.total = True, False, start, 0, 0.0
        self.first = self.last = place
        self.began = ms
        self.seed = str(seed) if isinstance(seed, int) and seed >= _MOST_INTEGER else seed

    def advance(self, steps: int, total: float, last: tuple[int, int]) -> None:
        """Count steps that end nothing. Those behind an episode's end belong to none."""
        if self.open:
            self.steps += steps
            self.total, self.last = total, last


class _Stored(msgspec.Struct, array_like=True):
    courses: list[Course]
    ms: int


# A decoder that is made once: making one takes longer than decoding.
_STORED = msgspec.msgpack.Decoder(_Stored)


class Tally:
    """The count of a log's episodes, part by part."""

    def __init__(self, recipe: Recipe, courses: list[Course], ms: int) -> None:
        """`ms` is the time of the last entry, in milliseconds since the epoch."""
        self._vector = recipe.num_envs is not None
        self._autoreset = recipe.autoreset
        self.courses = courses
        self._ms = ms
        self._ended: list[Episode] = []

    @classmethod
    def of(cls, header: Header) -> "Tally":
        """That with which the part begins whose end the header tells.

        A log begins with a part that has no entries. One that an earlier release began is counted from here on.
        """
        log = header.log
        if log is not None and log.tally:
            stored = _STORED.decode(log.tally)
            return cls(header.recipe, stored.courses, stored.ms)
        number = max(0, header.progress.episode - 1) if header.recipe.num_envs is None else 0
        tally = cls(header.recipe, [Course(number) for _ in range(header.recipe.num_envs or 1)], 0)
        tally._resume(header, "log")
        return tally

    def packed(self) -> bytes:
        """As a log stores it."""
        return msgspec.msgpack.encode(_Stored(self.courses, self._ms))

    def through(self, header: Header) -> list[Episode]:
        """Go through the part whose end the header tells; the episodes that ended in it.

        Raises:
            SnapshotCorrupt: it cannot be read.
        """
        self._ended = []
        log = header.log
        if log is None or not log.tally:
            return []
        reader, revision, kind = Reader(log.tail), log.after, -1
        with reader.reading():
            while reader.at < len(log.tail):
                skipped = self._skipped(reader, revision)
                if skipped:
                    revision += skipped
                    continue
                revision += 1
                ms, _, count = reader.head()
                self._ms += ms
                kind = self._entry(reader, revision, count)
        if log.until >= 0:
            self._break_off("off", header, "record")
        elif kind == _RESTORE:
            self._break_off("restore", header, "restore")
        return self._ended

    def running(self) -> list[Episode]:
        """The episodes that go on."""
        return [self._episode(env, course, None) for env, course in enumerate(self.courses) if course.open]

    def _skipped(self, reader: Reader, revision: int) -> int:
        """Go through the entries of one plain step each that follow; how many."""
        course = self.courses[0]
        if self._vector or course.due:
            return 0
        count, ms, total = reader.plain_entries(course.total)
        if count:
            self._ms += ms
            course.advance(count, total, (revision + count, -1))
        return count

    def _entry(self, reader: Reader, revision: int, count: int) -> int:
        """Go through the calls of an entry; the kind of its last one, or -1."""
        course, k, kind = self.courses[0], 0, -1
        while k < count:
            if not (self._vector or course.due):
                skipped, total = reader.plain_steps(count - k, course.total)
                if skipped:
                    k += skipped
                    course.advance(skipped, total, (revision, k - 1 if count > 1 else -1))
                    continue
            call = reader.call()
            kind = int(call.kind)
            self._call(call, (revision, k if count > 1 else -1))
            k += 1
        return kind

    def _call(self, call: Recorded, place: tuple[int, int]) -> None:
        if call.kind == _RESET:
            seed, options = call.argument
            mask = (options or {}).get("reset_mask") if self._vector else None
            for env, course in enumerate(self.courses):
                if mask is None or mask[env]:
                    self._close(env, "reset")
                    course.begin("reset", place, self._ms, self._seed(seed, env))
        elif call.kind <= _DRAWN_STEP:
            for env, course in enumerate(self.courses):
                if self._vector:
                    outcome = call.reward[env], call.terminated[env], call.truncated[env]
                else:
                    outcome = call.reward, call.terminated, call.truncated
                self._step(env, course, place, *outcome)

    def _seed(self, seed: Any, env: int) -> Any:
        if not self._vector or seed is None:
            return seed
        return seed + env if isinstance(seed, int) else seed[env]

    def _step(
        self, env: int, course: Course, place: tuple[int, int], reward: Any, terminated: Any, truncated: Any
    ) -> None:
        if course.due:
            course.begin("reset", place, self._ms)
            return
        if not course.open:
            return
        gained = reward_of(reward)
        if isinstance(gained, float):
            course.total += gained
        elif gained is not None:
            course.total += float(gained.sum())
        course.steps += 1
        course.last = place
        if has_ended(terminated, truncated):
            self._close(env, "terminated" if has_ended(terminated, False) else "truncated")
            course.due = self._autoreset == "NextStep"
            if self._autoreset == "SameStep":
                course.begin("reset", place, self._ms)

    def _break_off(self, end: End, header: Header, start: Start) -> None:
        for env, course in enumerate(self.courses):
            self._close(env, end)
            course.due = False
        self._resume(header, start)

    def _resume(self, header: Header, start: Start) -> None:
        """Go on amid an episode that the log has not seen begin. Of a vector nobody knows where each is."""
        self._ms = int(header.used * 1000)
        progress, [course, *_] = header.progress, self.courses
        if self._vector or progress.episode == 0:
            return
        if not progress.ended:
            course.begin(start, (header.revision, -1), self._ms)
        else:
            course.due = self._autoreset == "NextStep"
            course.number = max(course.number, progress.episode if start == "log" else 0)

    def _close(self, env: int, end: End) -> None:
        course = self.courses[env]
        if course.open:
            self._ended.append(self._episode(env, course, end))
            course.open = False

    def _episode(self, env: int, course: Course, end: End | None) -> Episode:
        return Episode(
            env=env,
            number=course.number,
            start=course.start,
            end=end,
            seed=course.seed,
            steps=course.steps,
            total=course.total,
            first=course.first,
            last=course.last,
            began=course.began,
            ended=self._ms,
        )


def summarised(header: Header, log: Log) -> tuple[Log, bytes]:
    """The log with the episodes that ended in its part, as its segment has them, and the tally behind it."""
    tally = Tally.of(header)
    ended = tally.through(header)
    packed = msgspec.msgpack.encode(ended) if ended else b""
    return msgspec.structs.replace(log, ended=packed), tally.packed()
