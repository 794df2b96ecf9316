"""The live environments of one process: a cache of what the store holds. Any may be dropped at any time.

Whoever asks for one holds the instance's lock, and gets it restored, brought up to date where another process
may have written, and on the thread where its kind lives.
"""

import asyncio
import time
from collections import OrderedDict
from weakref import WeakValueDictionary

from shared.session.live.environment import LiveEnvironment
from shared.session.live.kind import kind_of
from shared.session.live.placement import Placement
from shared.session.live.restore import check_compatible, closed, rebuilt, taken_over
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.snapshot.contract.mechanism import Home, Mechanism, home_of
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.versions.compatibility import Accept

# For how many calls the store is asked first, once another process has written to the instance. Asking a near
# store costs less than a step made in vain, so there the others are expected back for longer.
_WARY_NEAR, _WARY_FAR = 64, 1
# Of the event loop, for which a call waits where each live environment is held by another. One that writes holds
# its own until the turn is over. Without the wait, two thousand calls at once made two thousand environments.
_MOST_TURNS = 256


class LiveCache:
    """The most recently used live environments, and one lock an instance, live or not."""

    def __init__(
        self, capacity: int, snapshots: Snapshots, placement: Placement, accept: Accept = "proved"
    ) -> None:
        self._accept = accept
        self._capacity = capacity
        self._snapshots = snapshots
        self._placement = placement
        self._idle_ttl_s = snapshots.expiry.idle_ttl_s
        self._clock = snapshots.clock
        self._wariness = _WARY_FAR if snapshots.objects.capabilities.remote else _WARY_NEAR
        self._entries: OrderedDict[Reference, LiveEnvironment] = OrderedDict()
        self._locks: WeakValueDictionary[Reference, asyncio.Lock] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._entries)

    def lock(self, reference: Reference) -> asyncio.Lock:
        """The lock that every call on the instance holds in this process."""
        live = self._entries.get(reference)
        lock = self._locks.get(reference) if live is None else live.lock
        if lock is None:
            lock = self._locks[reference] = asyncio.Lock()
        return lock

    def get(self, reference: Reference) -> LiveEnvironment | None:
        """The instance's live environment as it is, if there is one; asks nothing of the store."""
        return self._entries.get(reference)

    async def current(self, reference: Reference) -> tuple[LiveEnvironment, bool]:
        """The instance's live environment, and whether the store was asked that it is the newest.

        Raises:
            InstanceNotFound: there is no such instance, or it has expired.
            SnapshotIncompatible: it was written by other library versions than are installed here.
        """
        live = self._entries.get(reference)
        horizon = time.time() + self._clock.ahead_s - self._idle_ttl_s
        # One that has expired here may have been used by another process meanwhile, so the store decides.
        if live is None or live.thread.lost or live.header.used < horizon:
            await self.discard(reference)
            return await self._restored(await self._snapshots.load(reference)), True
        self._entries.move_to_end(reference)
        if not live.wary:
            return live, False
        try:
            await self._revalidate(live)
        except BaseException:
            await self.discard(reference)
            raise
        return live, True

    def beware(self, live: LiveEnvironment) -> None:
        """Another process writes to the instance: ask the store first at the next calls."""
        live.wary = self._wariness

    async def settle(self, live: LiveEnvironment) -> None:
        """Let an environment that is misplaced, since its kind has moved to another thread, go on from there."""
        if live.home is Home.EITHER:
            live.thread = self._placement.home(live.kind, live.home)
        else:
            await self.discard(live.header.reference)

    async def put(self, live: LiveEnvironment) -> None:
        """Keep a live environment. Over capacity, those used longest ago that no call holds are closed."""
        live.lock = self.lock(live.header.reference)
        self._entries[live.header.reference] = live
        idle = (reference for reference in [*self._entries] if not self._busy(reference))
        for _ in range(len(self._entries) - self._capacity):
            oldest = next(idle, None)
            if oldest is None:
                return
            await self.discard(oldest)

    async def discard(self, reference: Reference) -> None:
        """Close the instance's live environment on its own thread, if there is one."""
        live = self._entries.pop(reference, None)
        if live is not None:
            await closed(live.thread, live.subject)

    async def clear(self) -> None:
        """Close every live environment."""
        for reference in [*self._entries]:
            await self.discard(reference)

    def _busy(self, reference: Reference) -> bool:
        lock = self._locks.get(reference)
        return lock is not None and lock.locked()

    async def _revalidate(self, live: LiveEnvironment) -> None:
        """Ask the store whether another process has written, and continue from there if so."""
        newer = await self._snapshots.newer(live.header.reference, live.loaded.tag)
        live.wary -= 1
        if newer is not None:
            self.beware(live)
            found = check_compatible(newer, self._accept)
            await self._placement.restorer(live.thread, live.kind, live.home).run(live.refresh, newer)
            live.dependencies, live.moved = found.dependencies, found.moved

    def _is_crowded(self) -> bool:
        """Whether there is no room, and a call holds even the one used longest ago."""
        return 0 < self._capacity <= len(self._entries) and self._busy(next(iter(self._entries)))

    def _spare(self, mechanism: Mechanism, recipe: Recipe) -> LiveEnvironment | None:
        """The one used longest ago, if it has to make room now and can go on as an environment of the recipe.

        Making an environment takes several times as long as restoring one.
        """
        if not getattr(mechanism, "takes_over", False) or not 0 < self._capacity <= len(self._entries):
            return None
        reference, oldest = next(iter(self._entries.items()))
        unlike = oldest.header.mechanism != mechanism.name or oldest.header.recipe.make != recipe.make
        if unlike or self._busy(reference) or oldest.thread.lost:
            return None
        if self._placement.misplaced(oldest.thread, oldest.kind, oldest.home):
            return None
        return self._entries.pop(reference)

    async def _restored(self, loaded: Loaded) -> LiveEnvironment:
        header = loaded.header
        found = check_compatible(loaded, self._accept)
        for _ in range(_MOST_TURNS):
            if not self._is_crowded():
                break
            self._entries.move_to_end(next(iter(self._entries)))  # a call holds it, so it is in use
            await asyncio.sleep(0)
        spare = self._spare(found.mechanism, header.recipe)
        if spare is not None:
            thread = spare.thread
            subject = await thread.run(taken_over, spare.subject, loaded)
        else:
            kind, home = kind_of(header.recipe), home_of(found.mechanism, header.recipe)
            thread = self._placement.home(kind, home)
            subject = await self._placement.restorer(thread, kind, home).run(rebuilt, loaded)
        live = LiveEnvironment(subject, thread, loaded)
        live.dependencies, live.moved = found.dependencies, found.moved
        await self.put(live)
        return live
