"""Load, call, save: each call is applied exactly once, whichever process takes it.

A warm call does not read. It calls the live environment and writes once, on condition that the stored snapshot is
still the one that the environment equals. After a write that fails the snapshot is read back, since a conditional
request that was retried on its way reports a conflict with its own success. The call is applied again only if it
was not applied.
"""

import os
import time
from typing import NamedTuple

import msgspec

from shared.codec.plain import NotPlain
from shared.errors import GymHTTPError, NotExact, OutcomeUnknown
from shared.session.calls.call import InstanceCall
from shared.session.calls.operations import Step
from shared.session.calls.outcome import Outcome
from shared.session.calls.timing import Timing
from shared.session.live.cache import LiveCache
from shared.session.live.environment import Attempt, LiveEnvironment
from shared.session.live.placement import Placement
from shared.session.live.quick_step import Made, QuickStep
from shared.session.record.growth import grown, switched
from shared.session.record.recorder import KEYFRAME_US
from shared.session.record.segments import TAIL_BYTES, Segments
from shared.session.stored.failed_writes import FailedWrites
from shared.session.stored.header import CALL_ID_BYTES, OLDER_IDS, Header, Log, check_revision
from shared.session.stored.idempotency import first_reply, remember
from shared.session.stored.retry import MOST_TRIES, Failure, Retry
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.turns import Turns
from shared.snapshot.isolation.timeout import within
from shared.storage.protocol import Conflict, Tag


class _Unsaved(NamedTuple):
    """A try whose write failed."""

    before: Header
    """What the write was to replace."""
    failure: Failure
    outcome: Outcome
    """The call's outcome, should the write be done all the same."""
    seconds: float
    """How long the try took."""
    confirmed: bool
    """Whether the store was asked before. If not, another call may have been written long ago."""


class ExactlyOnce:
    """Applies calls to the instances of one store."""

    def __init__(
        self, snapshots: Snapshots, segments: Segments, placement: Placement, live: LiveCache, turns: Turns
    ) -> None:
        self._snapshots = snapshots
        self._segments = segments
        self._placement = placement
        self._live = live
        self._turns = turns

    async def apply(self, call: InstanceCall, timing: Timing | None = None) -> Outcome:
        """Carry out the call and save the instance's new state, if it has one.

        `timing` is the request's: it is told where the time goes.

        Raises:
            InstanceNotFound: there is no such instance, or it has expired.
            StaleRevision: the instance is not at the revision `if_match`.
            KeyReused, ReplyGone: the call came before, with another request or too long ago.
            Contended: other processes kept writing first; nothing was applied.
            OutcomeUnknown: the store failed in a way that leaves open whether the call was applied.
            CallTooLong: the environment's code ran longer than the limit; nothing was applied.
        """
        timing = Timing() if timing is None else timing
        call_id = os.urandom(CALL_ID_BYTES)
        async with self._live.lock(call.reference):
            timing.calls += 1
            began = time.perf_counter()
            live, confirmed = await self._live.current(call.reference)
            if live.header.turn is not None:
                live, confirmed = await self._in_turn(live, call_id)
            timing.load += time.perf_counter() - began
            result = await self._once(live, call, call_id, timing, confirmed)
            if isinstance(result, Outcome):
                return result
            return await self._again(result, call, call_id, timing)

    async def _again(
        self, unsaved: _Unsaved | None, call: InstanceCall, call_id: bytes, timing: Timing
    ) -> Outcome:
        """Try the call on newer snapshots, unless a failed write turns out to be done.

        Once another call has overtaken it, it claims the next turn.
        """
        retry, failed = Retry(), FailedWrites(self._snapshots, call_id)
        outcome, overtaken = None, False
        async with self._turns.claim(call_id) as claim:
            while True:
                timing.retries += 1
                if unsaved is not None:
                    outcome = unsaved.outcome
                    retry.note(unsaved.failure)
                    current, made = await failed.read_back(unsaved.before, unsaved.failure)
                    if made is not None:
                        return outcome.at(made)
                    overtaken = unsaved.confirmed and current.header.revision > unsaved.before.revision
                    seconds = unsaved.seconds
                await retry.again(at_once=overtaken)
                with failed.told():
                    if overtaken:
                        await claim.make(current, seconds)
                    live, confirmed = await self._newest(call, call_id, timing)
                    made = failed.revision_made(live.header)
                    if outcome is not None and made is not None:  # a write was done after it was looked for
                        return outcome.at(made)
                    result = await self._once(live, call, call_id, timing, confirmed)
                if isinstance(result, Outcome):
                    if result.header.turn is None:
                        claim.use()
                    return result
                unsaved = result

    async def _newest(self, call: InstanceCall, call_id: bytes, timing: Timing) -> tuple[LiveEnvironment, bool]:
        """The live environment for another try, as `LiveCache.current` gives it."""
        began = time.perf_counter()
        live, confirmed = await self._live.current(call.reference)
        if live.header.turn is not None:
            live, confirmed = await self._in_turn(live, call_id)
        timing.load += time.perf_counter() - began
        self._live.beware(live)
        return live, confirmed

    async def _in_turn(self, live: LiveEnvironment, call_id: bytes) -> tuple[LiveEnvironment, bool]:
        """The same, once no other call has the next turn."""
        confirmed = False
        for _ in range(MOST_TRIES):
            if await self._turns.wait(live.loaded, call_id) is live.loaded:
                break
            self._live.beware(live)
            live, confirmed = await self._live.current(live.header.reference)
        return live, confirmed

    async def _once(
        self, live: LiveEnvironment, call: InstanceCall, call_id: bytes, timing: Timing, confirmed: bool
    ) -> Outcome | _Unsaved | None:
        """Try the call. It has to be tried again on a newer snapshot after a failed write, and after None.

        A write confirms by itself that the live environment was the newest. A result that is not written, an
        error too, counts only if the store was asked.
        """
        keep, tried, moved = False, time.perf_counter(), live.moved
        quick = self._quick(live, call)
        try:
            if call.keyed is not None and quick is None:
                first = first_reply(live.header, call.keyed)
                if first is not None:
                    keep = True
                    result, revision = first
                    then = msgspec.structs.replace(live.header, revision=revision)
                    return Outcome(call.encode(result), then, replayed=True)
            log = live.header.log  # a quick step has none
            if log is not None and (len(log.tail) > TAIL_BYTES or log.replay_us > KEYFRAME_US):
                log = await self._segments.ready(live.loaded)
            attempt = await self._attempt(live, call, call_id, timing, quick)
            if not isinstance(attempt, GymHTTPError) and attempt.body is not None:
                tag = live.loaded.tag
                if isinstance(attempt, Made):
                    header, writing = attempt.header, self._put(live.key, attempt, tag)
                else:
                    header, used = await self._after(live, call, call_id, attempt, log)
                    writing = self._snapshots.save(header, attempt.body, tag, used=used, key=live.key)
                began = time.perf_counter()
                saved = await writing
                timing.save += time.perf_counter() - began
                if not isinstance(saved, Loaded):
                    outcome = Outcome(attempt.reply, header, moved)
                    return _Unsaved(live.header, saved, outcome, time.perf_counter() - tried, confirmed)
                keep = True
                live.equals(saved, quick)
                return Outcome(attempt.reply, saved.header, moved)
            if not confirmed and await self._snapshots.newer(live.header.reference, live.loaded.tag):
                return None
            if isinstance(attempt, GymHTTPError):
                keep = not live.touched
                raise attempt
            keep = True
            return Outcome(attempt.reply, live.header, moved)
        finally:
            if keep:
                if self._placement.misplaced(live.thread, live.kind, live.home):
                    await self._live.settle(live)
            else:  # it may not equal what is stored
                await self._live.discard(call.reference)

    async def _put(self, key: str, made: Made, expect: Tag) -> Loaded | Failure:
        """Write what a quick step came to, as `Snapshots.save` writes."""
        try:
            return Loaded(made.header, made.body, await self._snapshots.objects.put(key, made.sealed, expect))
        except (Conflict, OutcomeUnknown) as failure:
            return failure

    async def _after(
        self, live: LiveEnvironment, call: InstanceCall, call_id: bytes, attempt: Attempt, log: Log | None
    ) -> tuple[Header, float | None]:
        """The header of the snapshot that the call leaves, and the time of the write where its log tells it."""
        recorder, switch, used = attempt.recorder, attempt.switch, None
        if recorder is not None and log is not None:
            used = max(time.time() + self._snapshots.clock.ahead_s, live.header.used)
            if recorder.taken:
                recorder.marks = await self._segments.keep(recorder, live.header, live.dependencies)
            log = grown(log, live.header.used, used, recorder)
        if switch is not None:
            log = switched(log, switch.to, live.header.revision + 1)
        header = _header_after(live, call, call_id, attempt, log)
        if switch is not None and switch.name is not None:
            header = msgspec.structs.replace(header, name=switch.name)
        return header, used

    def _quick(self, live: LiveEnvironment, call: InstanceCall) -> QuickStep | None:
        """What makes the call, if it is a step like any other on the event loop."""
        elsewhere = live.thread is not self._placement.loop
        if elsewhere or type(call.operation) is not Step or call.if_match is not None:
            return None
        if call.keyed is not None:
            for made in live.header.keyed:
                if made.key == call.keyed.key:
                    return None
        return live.quick or QuickStep.of(live, self._snapshots)

    async def _attempt(
        self, live: LiveEnvironment, call: InstanceCall, call_id: bytes, timing: Timing, quick: QuickStep | None
    ) -> Attempt | Made | GymHTTPError:
        """What the operation comes to on the environment's thread; an error of ours is a result too."""
        live.touched = False
        try:
            if quick is not None:
                given = call.operation, call.encode, call.keyed, call.acknowledged, call_id
                return within(self._placement.limit.seconds(), quick, *given)
            if call.if_match is not None:
                check_revision(live.header, call.if_match)
            turns = live.attempt(call.operation, call.encode, packed=call.keyed is not None)
            attempt = await live.thread.run_in_turns(turns)
            if attempt.body is not None:
                self._snapshots.check_size(attempt.body)
                if attempt.recorder is not None and len(attempt.recorder.calls) > 1:
                    self._segments.check_size(attempt.recorder)
            return attempt
        except NotPlain as error:
            return NotExact(
                f"After this call the environment's state can no longer be saved exactly ({error}); "
                "the instance is unchanged."
            )
        except GymHTTPError as error:
            return error
        finally:
            timing.env += live.seconds
            self._placement.note(live.kind, live.home, live.held / live.calls)


def _header_after(
    live: LiveEnvironment, call: InstanceCall, call_id: bytes, attempt: Attempt, log: Log | None
) -> Header:
    """The header of the snapshot that the call leaves."""
    before, (libraries, digests, cpu) = live.header, live.dependencies
    revision = before.revision + 1
    if call.keyed is None and not before.keyed:
        recent, keyed = before.recent[-OLDER_IDS:] + call_id, before.keyed
    else:
        recent, keyed = remember(before, revision, call_id, call.keyed, attempt.packed, call.acknowledged)
    return msgspec.structs.replace(
        before,
        revision=revision,
        progress=attempt.progress,
        recent=recent,
        keyed=keyed,
        libraries=libraries,
        digests=digests,
        cpu=cpu,
        reseed=None,
        turn=None,
        log=log,
    )
