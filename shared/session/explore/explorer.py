"""Explorations: many futures of one state, on scratch copies. The instance stays as it is, and nothing is written.

Only the futures that a call keeps are written, as instances of their own, once everything else is done.
"""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from shared.codec.plain import NotPlain
from shared.errors import InvalidValue, NotExact
from shared.session.calls.outcome import Outcome
from shared.session.calls.timing import Timing
from shared.session.explore.exploration import Bounds, Exploration
from shared.session.explore.future import Future, joined
from shared.session.explore.rules import Rules
from shared.session.explore.scratch import Scratch
from shared.session.explore.sequences import Actions, Drawn, given
from shared.session.explore.sharing import Part, Sharing, drawn_one_by_one, walking
from shared.session.explore.walk import Walk
from shared.session.lifecycle.checkpoints import Past
from shared.session.lifecycle.keep import State
from shared.session.lifecycle.shares import Shares
from shared.session.live.environment import LiveEnvironment
from shared.session.live.restore import check_compatible
from shared.session.live.telling import Encode, encoded
from shared.session.session import Session
from shared.session.stored.header import Expected, check_revision
from shared.session.stored.idempotency import Keyed, check_unused
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded

_AT_ONCE = 3
MOST_KEPT_BYTES = 1 << 28
"""The most that the states of kept futures, and what led there, take."""


class Explorer:
    """Explores the instances of one session."""

    def __init__(self, session: Session, processes: int, modules: Sequence[str], bounds: Bounds) -> None:
        """`modules` register the environments."""
        self._session = session
        self._scratch = Scratch(session.thread_for_copy)
        self._sharing = Sharing(processes, modules)
        self._shares = Shares(_AT_ONCE)
        self._bounds = bounds

    async def explore(
        self,
        reference: Reference,
        exploration: Exploration,
        encode: Encode,
        if_match: Expected = None,
        keyed: Keyed | None = None,
        timing: Timing | None = None,
        past: Past | None = None,
    ) -> Outcome:
        """The futures of an instance, of a checkpoint of it, or with `past` of what it was, as the encoded reply.

        `timing` is the request's: it is told how long the copies took.

        Raises:
            InstanceNotFound, CheckpointNotFound: there is none.
            NotRecorded, RevisionNotFound, HistoryDamaged, SnapshotDiverged: as `past`.
            StaleRevision: the instance is not at the revision `if_match`.
            InvalidValue: there are no or too many sequences, steps or kept futures.
            InvalidAction: an action is no member of the action space.
            ResetNeeded, EnvironmentRaised, CallTooLong, JournalFull: as a step's; nothing is kept then.
            QuotaExceeded, KeyReused, ReplyGone, StoreFailed: as for forks, where futures are kept.
        """
        timing = Timing() if timing is None else timing
        count, steps = self._bounds.size(exploration)
        async with self._session.live.lock(reference.instance):
            instance = await self._session.snapshots.load(reference.instance)
        check_revision(instance.header, if_match)
        check_unused(instance.header, keyed)
        origin = await self._origin(reference, instance, past)
        async with self._shares.turn(reference.owner), self._scratch.copy(origin) as live:
            began = time.perf_counter()
            whole = await self._whole(live, origin, exploration, count)
            futures = await self._futures(live, origin, whole, exploration.rules, count * steps)
            chosen = _chosen(exploration, futures)
            ids, made = await self._session.keeping.ids(origin.header, len(chosen), keyed)
            # Before anything is written: a reply that cannot be told keeps nothing.
            encoded = await live.thread.run(_encoded, encode, futures, exploration.rules, chosen, ids)
            timing.env += time.perf_counter() - began
            if chosen and not made:
                states = await self._ends(live, origin, whole, exploration.rules, chosen)
                await self._session.keeping.keep(origin, ids, states, keyed)
        return Outcome(encoded, instance.header, replayed=made)

    async def close(self) -> None:
        """Close every copy and end every child."""
        self._sharing.close()
        await self._scratch.close()

    async def _origin(self, reference: Reference, instance: Loaded, past: Past | None) -> Loaded:
        """The state that is explored. What is kept of its futures records where the instance does."""
        if past is None and not reference.checkpoint_id:
            return instance
        then = await (self._session.snapshots.load(reference) if past is None else past())
        return then._replace(header=msgspec.structs.replace(then.header, log=instance.header.log))

    async def _whole(self, live: LiveEnvironment, origin: Loaded, exploration: Exploration, count: int) -> Part:
        """All sequences. Given ones are cast on a copy that is at the origin, which may have spaces of its own."""
        indices, raw = [*range(count)], exploration.sequences
        if isinstance(raw, Drawn):
            return Part(indices, raw)

        def cast() -> Part:
            live.refresh(origin)
            return Part(indices, given(live.env.action_space, raw))

        return await live.thread.run(cast)

    async def _futures(
        self, live: LiveEnvironment, origin: Loaded, whole: Part, rules: Rules, steps: int
    ) -> list[Future]:
        if not self._sharing.suits(steps):
            return await live.thread.run_in_turns(walking(live, origin, whole, rules))
        futures = await self._sharing.futures(origin, whole, rules, self._session.limit)
        if sum(future.size for future in futures) > rules.most_bytes:
            raise InvalidValue(
                f"What is included takes over {rules.most_bytes} bytes (GYM_HTTP_MAX_REPLY_BYTES); explore fewer, "
                "or `include` less.",
                limit=rules.most_bytes,
            )
        return futures

    async def _ends(
        self, live: LiveEnvironment, origin: Loaded, whole: Part, rules: Rules, chosen: Sequence[int]
    ) -> list[State]:
        """The states at the ends of the chosen futures, walked again: all ends would take much memory."""
        dependencies = check_compatible(origin, self._session.accept).dependencies

        def actions(index: int) -> Actions:
            sequences = whole.sequences
            if not isinstance(sequences, Drawn):
                return sequences[index]
            live.refresh(origin)  # as above
            return next(drawn_one_by_one(live, sequences, [index]))

        async def state(index: int) -> State:
            walk = Walk(live, origin, rules).end(index, await live.thread.run(actions, index))
            end = await live.thread.run_in_turns(walk)
            reseed = origin.header.reseed if rules.reseed is None else (rules.reseed, index)
            return State(end.body, end.progress, dependencies, end.recorder, reseed)

        states, room = list[State](), MOST_KEPT_BYTES
        try:
            for index in chosen:
                states.append(await state(index))
                room -= states[-1].size
                if room < 0:
                    raise InvalidValue(
                        f"The kept futures' states would take over {MOST_KEPT_BYTES} bytes; nothing was kept, so "
                        "keep fewer.",
                        limit=MOST_KEPT_BYTES,
                    )
            return states
        except NotPlain as error:
            raise NotExact(
                f"A future's state cannot be saved exactly ({error}); nothing was kept, so explore without `keep`."
            ) from error


def _chosen(exploration: Exploration, futures: Sequence[Future]) -> list[int]:
    """The indices of the futures to be kept. Of equal returns, the first is the better one."""
    if not exploration.best:
        return [*dict.fromkeys(exploration.indices)]
    returns = [float(np.sum(future.total)) for future in futures]
    return sorted(range(len(returns)), key=lambda index: -returns[index])[: exploration.best]


def _encoded(
    encode: Encode, futures: Sequence[Future], rules: Rules, chosen: Sequence[int], ids: Sequence[str]
) -> Any:
    kept = [{"index": index, "instance_id": each} for index, each in zip(chosen, ids, strict=True)]
    reply = {**joined(futures, rules.include), "kept": kept}
    return encoded(encode, reply)
