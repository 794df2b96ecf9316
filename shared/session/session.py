"""The instances of one store, as one process serves them: everything that is done with them, put together."""

import math
import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from shared.session.calls.exactly_once import ExactlyOnce
from shared.session.inventory.listing import Listing
from shared.session.inventory.quota import Quota
from shared.session.live.cache import LiveCache
from shared.session.live.placement import CallLimit, Placement, Thread
from shared.session.live.restore import check_compatible
from shared.session.record.segments import Segments
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.turns import Turns
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.versions.compatibility import Accept
from shared.storage.protocol import Store
from shared.storage.queued import ways

if TYPE_CHECKING:
    from shared.session.lifecycle.ahead import Ahead
    from shared.session.lifecycle.checkpoints import Checkpoints
    from shared.session.lifecycle.close import Closing
    from shared.session.lifecycle.create import Creation
    from shared.session.lifecycle.fork import Forking
    from shared.session.lifecycle.keep import Keeping
    from shared.session.lifecycle.travel import Travel
    from shared.session.lifecycle.trials import Trials

_PROBE_EVERY_S = 1.0
"""Whoever asks for the health needs no API key, and is not to wear the disk."""


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
        max_stored_bytes: float = math.inf,
        max_snapshot_bytes: float = math.inf,
        accept: Accept = "proved",
        store_calls: int = 128,
    ) -> None:
        self.objects, bulk = ways(store, store_calls)
        self._probed = -math.inf
        self.snapshots = Snapshots(self.objects, keys, idle_ttl_s, max_snapshot_bytes)
        self.bulk = Snapshots(bulk, keys, idle_ttl_s, max_snapshot_bytes)
        """The same snapshots for bulk work, which lets calls go first that somebody waits for."""
        self.listing = Listing(self.bulk)
        """The lists of instances."""
        self.limit = CallLimit(max_call_seconds)
        """How long an environment's code may run in one call."""
        self.placement = Placement(self.limit)
        self.accept = accept
        """Which other versions' snapshots are continued."""
        self.live = LiveCache(live_envs, self.snapshots, self.placement, accept)
        self._keys = keys
        turns = self._turns = Turns(self.snapshots, self.limit.seconds)
        self.segments = Segments(self.snapshots)
        """The segments of logs."""
        self.call = ExactlyOnce(self.snapshots, self.segments, self.placement, self.live, turns).apply
        """Carry out a call on an instance, exactly once; see `ExactlyOnce.apply`."""
        self.quota = Quota(self.snapshots, max_envs, max_stored_bytes)
        """What owners may have."""
        self._trial = trial or Limits()

    # Each is imported when it is asked for: together they take 12 ms, and a step needs none.

    @cached_property
    def forking(self) -> "Forking":
        """Copies instances."""
        from shared.session.lifecycle.fork import Forking

        return Forking(self.snapshots, self.bulk, self.segments, self.live, self.quota)

    @cached_property
    def keeping(self) -> "Keeping":
        """Makes instances of states that were explored."""
        from shared.session.lifecycle.keep import Keeping

        return Keeping(self.snapshots, self.segments, self.quota)

    @cached_property
    def travel(self) -> "Travel":
        """Takes snapshots out of the store and into it."""
        from shared.session.lifecycle.travel import Travel

        return Travel(self.snapshots, self.quota, self._keys, self.accept)

    @cached_property
    def checkpoints(self) -> "Checkpoints":
        """Keeps states to return to."""
        from shared.session.lifecycle.checkpoints import Checkpoints

        return Checkpoints(self.snapshots, self.segments, self.live, self.quota, self._turns)

    @cached_property
    def closing(self) -> "Closing":
        """Deletes instances."""
        from shared.session.lifecycle.close import Closing

        return Closing(self.snapshots, self.segments, self.live, self.quota, self._turns)

    @cached_property
    def creation(self) -> "Creation":
        """Creates instances."""
        from shared.session.lifecycle.create import Creation

        return Creation(self.snapshots, self.live, self.quota, self.placement, self.trials)

    @cached_property
    def trials(self) -> "Trials":
        """Tries what no family declares."""
        from shared.session.lifecycle.trials import Trials
        from shared.session.lifecycle.verdicts import Verdicts

        return Trials(Verdicts(self.objects), self.limit, self._trial)

    @cached_property
    def ahead(self) -> "Ahead":
        """Trials that go on though no client waits."""
        from shared.session.lifecycle.ahead import Ahead
        from shared.session.lifecycle.verdicts import Verdicts

        return Ahead(self.trials, Verdicts(self.objects, self.snapshots.clock.now))

    @property
    def live_envs(self) -> int:
        """How many environments are live in this process now."""
        return len(self.live)

    async def newer(self, loaded: Loaded, *, ask: bool) -> Loaded | None:
        """A snapshot of the same instance newer than `loaded`, if this process has one or `ask` finds one.

        Raises:
            InstanceNotFound: the instance is gone.
        """
        reference = loaded.header.reference
        live = self.live.get(reference)
        if live is not None and live.header.revision > loaded.header.revision:
            return live.loaded
        return await self.snapshots.newer(reference, loaded.tag) if ask else None

    def thread_for_copy(self, loaded: Loaded) -> Thread:
        """The thread for a copy that is only drawn: never the event loop, since drawing takes milliseconds.

        Raises:
            SnapshotIncompatible: it was written by other library versions than are installed here.
        """
        return self.placement.beside_loop(check_compatible(loaded, self.accept).mechanism.home)

    async def check(self) -> None:
        """See whether the store answers and, where a full disk would prevent it, whether it can be written.

        Raises:
            StoreUnavailable, OutcomeUnknown: it does not.
        """
        probe = self.objects.capabilities.probe
        if probe is None:
            await self.objects.get("health")
        elif time.monotonic() - self._probed > _PROBE_EVERY_S:
            await probe()
            self._probed = time.monotonic()

    async def shut_down(self) -> None:
        """Close every live environment and the store; nothing is lost, since every call was saved."""
        if "ahead" in self.__dict__:
            await self.ahead.close()
        await self.live.clear()
        await self.objects.close()
