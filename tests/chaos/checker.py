"""Decides whether a serial order explains a history: each acknowledged call applied once, any other at most once.

An acknowledged write says which revision it made, so the acknowledged calls of an instance are in order; what is
searched for is which of the calls without an acknowledgement fill the gaps. A state is compared with what
an uninterrupted environment replies. A fork is a part of its origin's history: it begins at one of its revisions.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

from tests.chaos.history import WRITES, Attempt, Call
from tests.chaos.oracle import Oracle, State, same

_MOST_TRIES = 200_000
"""States visited for one instance; a longer search is reported as undecided."""

_REFUSALS = {
    (HTTPStatus.CONFLICT, "contended"),
    (HTTPStatus.NOT_FOUND, "instance-not-found"),
    (HTTPStatus.NOT_FOUND, "checkpoint-not-found"),
    (HTTPStatus.SERVICE_UNAVAILABLE, "store-unavailable"),
    (HTTPStatus.SERVICE_UNAVAILABLE, "store-failed"),
    (HTTPStatus.SERVICE_UNAVAILABLE, "outcome-unknown"),
}
"""Statuses that a server may reply while its store fails and others write; any other is a fault."""


class Violation(NamedTuple):
    """Something that no serial order explains."""

    kind: str
    """`lost`, `doubled`, `wrong`, `disordered`, `vanished`, `resurrected`, `unexpected` or `undecided`."""
    instance: str
    text: str


class Verdict(NamedTuple):
    """The verdict on a history."""

    violations: list[Violation]
    acknowledged: int
    """Calls whose reply says that they were applied."""
    applied_in_silence: int
    """Calls that were applied without an acknowledgement."""
    recognised: int
    """Replies to repeated calls that equal the first reply."""
    not_final: Counter[str]
    """Replies that neither acknowledge their call nor say that its object is gone, by status and problem."""


class _Observation(NamedTuple):
    """What an acknowledged call that changes nothing shows of the instance at a revision."""

    call: Call
    acknowledgement: Attempt
    forks: tuple[str, ...] = ()


class _Instance:
    """Everything known of one instance."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.env_id = ""
        self.writes: defaultdict[int, list[Call]] = defaultdict(list)
        """Acknowledged writes, by the revision they made."""
        self.observations: defaultdict[int, list[_Observation]] = defaultdict(list)
        self.silent: list[Call] = []
        """Writes that may have been applied, in the order in which they were first sent."""
        self.deletes: list[Call] = []
        self.calls: list[Call] = []
        self.checkpoints: dict[str, int] = {}
        """The revision at which each checkpoint was made."""
        self.is_fork = False

    @property
    def newest(self) -> int:
        """The highest revision that any client saw."""
        return max([0, *self.writes, *self.observations])


def check(calls: Iterable[Call]) -> Verdict:
    """Decide whether a serial order explains the history."""
    checker = _Checker(list(calls))
    try:
        return checker.verdict()
    finally:
        checker.oracle.close()


def _problem(attempt: Attempt) -> str:
    return str((attempt.reply or {}).get("type", "")).rpartition(":")[2]


class _Checker:
    def __init__(self, calls: list[Call]) -> None:
        self.oracle = Oracle()
        self.calls = calls
        self.violations: list[Violation] = []
        self.instances: dict[str, _Instance] = {}
        self.silent_used = 0
        self._solved: dict[tuple[str, State], list[Call] | Violation] = {}
        for call in calls:
            self._take(call)
        self._place_forks()

    def verdict(self) -> Verdict:
        for instance in self.instances.values():
            self._check_replies(instance)
            self._check_life(instance)
            self._check_order(instance)
        if not self.violations:  # a search would find the same again, slowly
            for instance in self.instances.values():
                if not instance.is_fork:
                    self._explain(instance)
        acknowledged = sum(call.acknowledgement is not None for call in self.calls)
        recognised = sum(attempt.replayed for call in self.calls for attempt in call.attempts)
        not_final = Counter(
            f"{attempt.status} {_problem(attempt)}"
            for call in self.calls
            for attempt in call.attempts
            if attempt.status not in (None, HTTPStatus.OK, HTTPStatus.NOT_FOUND)
        )
        return Verdict(self.violations, acknowledged, self.silent_used, recognised, not_final)

    def _instance(self, name: str) -> _Instance:
        return self.instances.setdefault(name, _Instance(name))

    def _take(self, call: Call) -> None:
        """Record what the call shows of an instance."""
        if call.op == "list":
            return
        done = call.acknowledgement
        if call.op == "create":
            if done is not None:
                self._instance(done.reply["instance_id"]).env_id = call.body["env_id"]
            self._check_unexpected(call)
            return
        instance = self._instance(call.instance)
        instance.calls.append(call)
        self._check_unexpected(call)
        if call.op == "delete":
            instance.deletes.append(call)
        elif call.op in WRITES and done is not None:
            instance.writes[done.revision or 0].append(call)
        elif call.op in WRITES and call.possible:
            instance.silent.append(call)
        elif call.op == "checkpoint" and done is not None:
            instance.checkpoints[done.reply["checkpoint_id"]] = done.reply["revision"]
            instance.observations[done.reply["revision"]].append(_Observation(call, done))
        elif call.op == "read" and done is not None:
            instance.observations[done.reply["revision"]].append(_Observation(call, done))

    def _place_forks(self) -> None:
        """The fork's own record names the origin's revision; the reply does not."""
        origins: dict[str, tuple[str, int]] = {}
        for instance in self.instances.values():
            for seen in (each for at in instance.observations.values() for each in at):
                origin = seen.acknowledgement.reply.get("origin")
                if origin is not None:
                    origins[instance.name] = (origin["instance_id"], origin["revision"])
        for call in self.calls:
            done = call.acknowledgement
            if call.op != "fork" or done is None:
                continue
            origin = self._instance(call.instance)
            forks = tuple(done.reply["instance_ids"])
            if not self.instances.keys() & set(forks):
                continue  # nobody called them: those of a request without a key that the network repeated
            places = {origins[name] for name in forks if name in origins}
            if len(places) != 1 or next(iter(places))[0] != call.instance:
                self._violate("wrong", origin, f"{call} made forks whose records name the origins {places}")
                continue
            for name in forks:
                self._instance(name).is_fork = True
            origin.observations[next(iter(places))[1]].append(_Observation(call, done, forks))

    def _check_unexpected(self, call: Call) -> None:
        for attempt in call.attempts:
            if attempt.status in (None, HTTPStatus.OK):
                continue
            if (attempt.status, _problem(attempt)) not in _REFUSALS or (
                call.op == "create" and attempt.status == 404
            ):
                name = call.instance or "new"
                self.violations.append(
                    Violation("unexpected", name, f"{call} got {attempt.status} {attempt.reply}")
                )

    def _check_replies(self, instance: _Instance) -> None:
        """One key, one reply; one revision, one write."""
        for call in instance.calls:
            if call.op in ("read", "delete"):
                continue
            replies = [attempt for attempt in call.attempts if attempt.status == HTTPStatus.OK]
            for other in replies[1:]:
                if other.revision != replies[0].revision or not same(other.reply, replies[0].reply):
                    self._violate("doubled", instance, f"{call} got two replies: {replies[0]} and {other}")
        for revision, writes in instance.writes.items():
            if len(writes) > 1:
                text = ", ".join(map(str, writes))
                self._violate("lost", instance, f"revision {revision} was acknowledged to {text}")

    def _check_life(self, instance: _Instance) -> None:
        """An instance exists until it is deleted, and not afterwards."""
        deletes = [attempt for call in instance.deletes for attempt in call.attempts]
        done = (attempt.returned or 0.0 for attempt in deletes if attempt.status == HTTPStatus.OK)
        gone = min(done, default=float("inf"))
        for call in instance.calls:
            if call.acknowledgement is not None and call.invoked > gone:
                self._violate("resurrected", instance, f"{call} was done after the instance's delete was")
            for attempt in call.attempts:
                if attempt.status == HTTPStatus.NOT_FOUND and not any(
                    delete.invoked < (attempt.returned or 0.0) for delete in deletes if delete is not attempt
                ):
                    self._violate("vanished", instance, f"{call} found nothing before anybody deleted it")

    def _check_order(self, instance: _Instance) -> None:
        """A call that returned before another was sent has the lower revision."""
        events: list[tuple[float, int, int, Call]] = []
        for revision, seen in _revisions(instance):
            done = seen.acknowledgement
            assert done is not None
            events.append((done.returned or 0.0, 1, revision, seen))
            # A write makes its revision, which must be above all that were seen; a read may see the same one.
            events.append((seen.invoked, 0, revision - (seen.op in WRITES), seen))
        newest = -1
        for _, returned, revision, call in sorted(events, key=lambda event: event[:2]):
            if returned:
                newest = max(newest, revision)
            elif revision < newest:
                self._violate(
                    "disordered", instance, f"{call} saw revision {revision} after {newest} had been acknowledged"
                )

    def _explain(self, instance: _Instance) -> None:
        explained = self._solve(instance, self.oracle.root(instance.env_id))
        if isinstance(explained, Violation):
            self.violations.append(explained)
        else:
            self.silent_used += len(explained)

    def _solve(self, instance: _Instance, root: State) -> list[Call] | Violation:
        """The unacknowledged calls that were applied, in the forks too, in a history that begins so."""
        known = self._solved.get((instance.name, root))
        if known is None:
            known = self._solved[instance.name, root] = _Search(self, instance, root).result()
        return known

    def forked(self, names: Iterable[str], root: State) -> list[Call] | Violation:
        """The same for forks that began in a state."""
        used: list[Call] = []
        for name in names:
            found = self._solve(self._instance(name), root)
            if isinstance(found, Violation):
                return found
            used += found
        return used

    def _violate(self, kind: str, instance: _Instance, text: str) -> None:
        self.violations.append(Violation(kind, instance.name, text))


class _Search:
    """A depth-first search for the serial order of one instance."""

    def __init__(self, checker: _Checker, instance: _Instance, root: State) -> None:
        self._checker = checker
        self._instance = instance
        self._states = [root]
        self._chosen: list[Call | None] = [None]
        self._used_by_forks: list[list[Call]] = [[]]
        self._deadlines = _deadlines(instance)
        self._deepest = -1
        self._reason: Violation | None = None
        self._tries = 0

    def result(self) -> list[Call] | Violation:
        """The calls without an acknowledgement that were applied, or why no order explains the history."""
        if not self._holds(0):
            return self._failure()
        choices: list[Iterator[Call]] = []
        while len(self._states) <= self._instance.newest:
            self._tries += 1
            if self._tries > _MOST_TRIES:
                return Violation("undecided", self._instance.name, "the search took too long")
            if len(choices) < len(self._states):
                choices.append(self._choices(len(self._states)))
            call = next(choices[-1], None)
            if call is not None:
                self._apply(call)
                continue
            choices.pop()
            if not choices:
                return self._failure()
            self._take_back()
        silent = [call for call in self._chosen if call is not None and call.acknowledgement is None]
        return silent + [call for used in self._used_by_forks for call in used]

    def _choices(self, revision: int) -> Iterator[Call]:
        """Calls that may have made the revision, given those before."""
        writes = self._instance.writes.get(revision)
        if writes:
            return iter(writes)
        used = {id(call) for call in self._chosen}
        distinct: dict[str, Call] = {}
        for call in self._instance.silent:
            if id(call) not in used and call.invoked < self._deadlines[revision]:
                # Of equal calls, the first sent may stand wherever a later one may.
                distinct.setdefault(f"{call.op} {call.body}", call)
        if not distinct:
            self._note(revision, "doubled", f"nothing that was sent can have made revision {revision}")
        return iter(distinct.values())

    def _apply(self, call: Call) -> None:
        """Continue with the call if its reply, and all that was seen of its revision, agree with the oracle."""
        revision = len(self._states)
        after = self._after(call)
        if after is None:
            return
        done = call.acknowledgement
        if done is not None and call.op != "restore" and not same(done.reply, after.reply):
            self._note(
                revision,
                "wrong",
                f"{call} made revision {revision} with {done.reply}; uninterrupted it is {after.reply}",
            )
            return
        if done is not None and call.op == "restore" and not self._fits(done, after, revision):
            return
        self._states.append(after)
        self._chosen.append(call)
        self._used_by_forks.append([])
        if not self._holds(revision):
            self._take_back()

    def _after(self, call: Call) -> State | None:
        """The state that the call leads to; None for a checkpoint that does not exist yet."""
        if call.op != "restore":
            return self._checker.oracle.next(self._states[-1], call.op, call.body)
        made = self._instance.checkpoints.get(call.body["checkpoint_id"])
        return self._states[made] if made is not None and made < len(self._states) else None

    def _take_back(self) -> None:
        self._states.pop()
        self._chosen.pop()
        self._used_by_forks.pop()

    def _holds(self, revision: int) -> bool:
        """Whether all that was seen at the revision agrees with the state, and the forks from it have an order."""
        state = self._states[revision]
        for seen in self._instance.observations.get(revision, ()):
            if seen.forks:
                used = self._checker.forked(seen.forks, state)
                if isinstance(used, Violation):
                    self._note(revision, used.kind, f"its fork {used.instance}: {used.text}")
                    return False
                self._used_by_forks[revision] += used
            elif not self._fits(seen.acknowledgement, state, revision):
                return False
        return True

    def _fits(self, done: Attempt, state: State, revision: int) -> bool:
        """Whether a record shows the progress of the state."""
        told = {name: done.reply[name] for name in state.progress if name in done.reply}
        if all(same(value, state.progress[name]) for name, value in told.items()):
            return True
        self._note(revision, "wrong", f"a record at revision {revision} says {told}; it is {state.progress}")
        return False

    def _note(self, revision: int, kind: str, text: str) -> None:
        """Keep the reason that stopped the search at its furthest point."""
        if revision > self._deepest:
            self._deepest = revision
            self._reason = Violation(kind, self._instance.name, text)

    def _failure(self) -> Violation:
        return self._reason or Violation("wrong", self._instance.name, "no order explains it")


def _revisions(instance: _Instance) -> Iterator[tuple[int, Call]]:
    """Every acknowledged call, with the revision that it made or saw."""
    for revision, writes in instance.writes.items():
        yield from ((revision, call) for call in writes)
    for revision, seen in instance.observations.items():
        yield from ((revision, each.call) for each in seen)


def _deadlines(instance: _Instance) -> list[float]:
    """For each revision, when the call that made it must have been sent: before any later one had returned."""
    deadlines = [float("inf")] * (instance.newest + 1)
    for revision, call in _revisions(instance):
        done = call.acknowledgement
        assert done is not None
        deadlines[revision] = min(deadlines[revision], done.returned or 0.0)
    for revision in range(instance.newest - 1, -1, -1):
        deadlines[revision] = min(deadlines[revision], deadlines[revision + 1])
    return deadlines


def counted(violations: Iterable[Violation]) -> dict[str, Any]:
    """The number of each kind."""
    return dict(Counter(violation.kind for violation in violations))
