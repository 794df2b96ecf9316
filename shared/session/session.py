"""Load, call, save: every call on an instance, whichever process takes it.

A warm call does not read: it calls the live environment and writes once, if the stored snapshot is still the one
that the environment equals. Every write that fails is of unknown outcome: a retried conditional request reports
a conflict with its own success. So it is read back, and applied again only if it was not applied.
"""

import math
import os
import time
from collections.abc import Sequence
from typing import NamedTuple, ParamSpec, TypeVar

import msgspec

from shared.errors import GymHTTPError, NotExact
from shared.session.calls.outcome import Outcome
from shared.session.calls.timing import Timing
from shared.session.lifecycle.checkpoints import Checkpoints
from shared.session.lifecycle.close import Closing
from shared.session.lifecycle.create import Creation
from shared.session.lifecycle.fork import Forking
from shared.session.lifecycle.trials import Trials
from shared.session.live.cache import Attempt, Encode, Live, LiveCache, Operation
from shared.session.live.placement import CallLimit, Placement, Thread
from shared.session.live.revalidate import Revalidation, check_compatible
from shared.session.stored.async_store import AsyncStore
from shared.session.stored.header import CALL_ID_BYTES, Header, check_revision
from shared.session.stored.idempotency import Keyed, first_reply, remember
from shared.session.stored.quota import Quota
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Retry
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.verdicts import Verdicts
from shared.snapshot.codec.compatibility import cpu_features
from shared.snapshot.codec.plain import NotPlain
from shared.snapshot.isolation.child_process import Limits
from shared.storage.protocol import Store

P = ParamSpec("P")
R = TypeVar("R")


class Session:
    """Every instance of one store, as one process serves them."""

    def __init__(
        self,
        store: Store,
        keys: Sequence[bytes],
        *,
        live_envs: int,
        idle_ttl_s: float,
        max_call_seconds: float = math.inf,
        trial: Limits | None = None,
        max_envs: float = math.inf,
        max_snapshot_bytes: float = math.inf,
    ) -> None:
        self.objects = AsyncStore(store)
        self.snapshots = Snapshots(self.objects, keys, idle_ttl_s, max_snapshot_bytes)
        self.limit = CallLimit(max_call_seconds)
        """How long an environment's code may run in one call."""
        self._placement = Placement(self.limit)
        self._live = LiveCache(live_envs)
        self._revalidation = Revalidation(self.snapshots, self._placement, self._live)
        quota = Quota(self.snapshots, max_envs)
        self.forking = Forking(self.snapshots, self._live, quota)
        self.checkpoints = Checkpoints(self.snapshots, self._live)
        self.closing = Closing(self.snapshots, self._live, quota)
        self.trials = Trials(Verdicts(self.objects), self._placement, trial or Limits())
        self.creation = Creation(self.snapshots, self._live, quota, self._placement, self.trials)

    async def call(
        self,
        reference: Reference,
        operation: Operation,
        encode: Encode,
        *,
        if_match: int | None = None,
        keyed: Keyed | None = None,
        timing: Timing | None = None,
    ) -> Outcome:
        """Carry out an operation on the instance and save its new state, if it has one, exactly once.

        `timing` is the request's: it is told where the time goes.

        Raises:
            InstanceNotFound: there is no such instance, or its time has run out.
            StaleRevision: the instance is not at the revision `if_match`.
            KeyReused, ReplyGone: the call came before, with another request or too long ago.
            Contended: other processes kept writing first; nothing was applied.
            OutcomeUnknown: the store failed in a way that leaves open whether the call was applied.
            CallTooLong: the environment's code ran longer than the limit; nothing was applied.
        """
        timing = Timing() if timing is None else timing
        call = _Call(operation, encode, if_match, keyed, timing, os.urandom(CALL_ID_BYTES), Retry())
        async with self._live.lock(reference):
            timing.calls += 1
            while True:
                began = time.perf_counter()
                live, confirmed = await self._revalidation.current(reference)
                timing.load += time.perf_counter() - began
                if call.retry.failed:
                    self._revalidation.beware(live)
                outcome = await self._once(live, call, confirmed)
                if outcome is not None:
                    return outcome
                timing.retries += 1
                await call.retry.again()

    @property
    def live_envs(self) -> int:
        """How many environments are live in this process now."""
        return len(self._live)

    async def newer(self, loaded: Loaded, *, ask: bool) -> Loaded | None:
        """A snapshot of the same instance newer than `loaded`, if this process has one or `ask` finds one.

        Raises:
            InstanceNotFound: the instance is gone.
        """
        reference = loaded.header.reference
        live = self._live.get(reference)
        if live is not None and live.header.revision > loaded.header.revision:
            return live.loaded
        return await self.snapshots.newer(reference, loaded.tag) if ask else None

    def thread_for_copy(self, header: Header) -> Thread:
        """The thread for a copy that is only drawn: never the event loop, since drawing takes milliseconds.

        Raises:
            SnapshotIncompatible: it was written by other library versions than are installed here.
        """
        return self._placement.beside_loop(check_compatible(header).home)

    async def shut_down(self) -> None:
        """Close every live environment and the store; nothing is lost, since every call was saved."""
        await self._live.clear()
        self.objects.shut_down()

    async def _once(self, live: Live, call: "_Call", confirmed: bool) -> Outcome | None:
        """Try the call; None if it has to be tried again on a newer snapshot.

        A write confirms by itself that the live environment was the newest. A result that is not written, an
        error too, counts only if the store was asked.
        """
        keep = False
        other_cpu = None if live.header.cpu == cpu_features() else live.header.cpu
        try:
            first = first_reply(live.header, call.keyed)
            if first is not None:
                keep = True
                result, revision = first
                then = msgspec.structs.replace(live.header, revision=revision)
                return Outcome(call.encode(result), then, replayed=True)
            attempt = await self._attempt(live, call)
            if isinstance(attempt, Attempt) and attempt.body is not None:
                keep = await self._save(live, attempt, call)
                if keep:
                    return Outcome(attempt.reply, live.header, other_cpu)
                stored, made = await self.snapshots.read_back(live.header, call.call_id)
                if made is None:
                    return None
                # Other calls may have come since: the reply is about the revision that this one made.
                return Outcome(attempt.reply, msgspec.structs.replace(stored.header, revision=made), other_cpu)
            if not confirmed and await self.snapshots.newer(live.header.reference, live.loaded.tag):
                return None
            if isinstance(attempt, GymHTTPError):
                keep = not live.touched
                raise attempt
            keep = True
            return Outcome(attempt.reply, live.header, other_cpu)
        finally:
            if not keep:
                await self._revalidation.drop(live)
            elif self._revalidation.is_misplaced(live):
                await self._revalidation.move(live)

    async def _attempt(self, live: Live, call: "_Call") -> Attempt | GymHTTPError:
        """What the operation comes to on the environment's thread; an error of ours is a result too."""
        live.touched = False
        try:
            check_revision(live.header, call.if_match)
            turns = live.attempt(call.operation, call.encode, packed=call.keyed is not None)
            attempt = await live.thread.run_in_turns(turns)
            if attempt.body is not None:
                self.snapshots.check_size(attempt.body)
            return attempt
        except NotPlain as error:
            return NotExact(
                f"After this call the environment's state can no longer be saved exactly ({error}); "
                "the instance is unchanged."
            )
        except GymHTTPError as error:
            return error
        finally:
            call.timing.env += live.seconds
            self._placement.note(live.kind, live.home, live.seconds / live.calls)

    async def _save(self, live: Live, attempt: Attempt, call: "_Call") -> bool:
        assert attempt.body is not None
        before = live.header
        revision = before.revision + 1
        recent, keyed = remember(before, revision, call.call_id, call.keyed, attempt.packed)
        header = msgspec.structs.replace(
            before,
            revision=revision,
            progress=attempt.progress,
            recent=recent,
            keyed=keyed,
            cpu=cpu_features(),
            reseed=None,
        )
        began = time.perf_counter()
        saved = await self.snapshots.save(header, attempt.body, live.loaded.tag)
        call.timing.save += time.perf_counter() - began
        if not isinstance(saved, Loaded):
            call.retry.note(saved)
            return False
        live.stands(saved)
        return True


class _Call(NamedTuple):
    """One call as it came, tried until it is applied or refused."""

    operation: Operation
    encode: Encode
    if_match: int | None
    keyed: Keyed | None
    timing: Timing
    call_id: bytes
    retry: Retry
