"""Live environments kept equal to what the store holds: restored, brought up to date, and on the right thread."""

from shared.session.live.cache import Live, LiveCache
from shared.session.live.placement import Placement
from shared.session.live.restore import rebuilt
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.snapshot.codec.compatibility import check_libraries
from shared.snapshot.contract.mechanism import Home, Mechanism, home_of
from shared.snapshot.registry import libraries_of, mechanism_named

# For how many calls the store is asked first, once another process has written to the instance: where asking
# costs less than a step made in vain, others are expected to come again for longer.
_WARY_NEAR, _WARY_FAR = 64, 1


class Revalidation:
    """The live environments of one process. Whoever asks for one holds the instance's lock."""

    def __init__(self, snapshots: Snapshots, threads: Placement, live: LiveCache) -> None:
        self._snapshots = snapshots
        self._placement = threads
        self._live = live
        self._wariness = _WARY_FAR if snapshots.objects.blocking else _WARY_NEAR

    async def current(self, reference: Reference) -> tuple[Live, bool]:
        """The instance's live environment, and whether the store was asked that it is the newest.

        Raises:
            InstanceNotFound: there is no such instance, or its time has run out.
            SnapshotIncompatible: it was written by other library versions than are installed here.
        """
        live = self._live.get(reference)
        if live is not None and (live.thread.lost or self._snapshots.expiry.is_over(live.header)):
            # One that has expired here, another process may have used in the meantime.
            await self._live.discard(reference)
            live = None
        if live is None:
            return await self._restored(await self._snapshots.load(reference)), True
        if not live.wary:
            return live, False
        try:
            newer = await self._snapshots.newer(reference, live.loaded.tag)
            live.wary -= 1
            if newer is not None:
                self.beware(live)
                if newer.header.libraries != live.header.libraries:
                    check_compatible(newer.header)
                await self._placement.restorer(live.thread, live.home).run(live.refresh, newer)
        except BaseException:
            await self._live.discard(reference)
            raise
        return live, True

    def beware(self, live: Live) -> None:
        """Another process writes to the instance: ask the store first at the next calls."""
        live.wary = self._wariness

    def is_misplaced(self, live: Live) -> bool:
        """Whether its kind lives elsewhere by now."""
        return self._placement.misplaced(live.thread, live.kind, live.home)

    async def move(self, live: Live) -> None:
        """Let the environment go on from where its kind lives."""
        if live.home is Home.EITHER:
            live.thread = self._placement.home(live.kind, live.home)
        else:
            await self.drop(live)

    async def drop(self, live: Live) -> None:
        """Close the environment: it may not equal what is stored."""
        await self._live.discard(live.header.reference)

    async def _restored(self, loaded: Loaded) -> Live:
        header = loaded.header
        home = home_of(check_compatible(header), header.recipe)
        thread = self._placement.home((header.recipe.env_id, header.recipe.render_mode), home)
        subject = await self._placement.restorer(thread, home).run(rebuilt, loaded)
        live = Live(subject, thread, loaded)
        await self._live.put(live)
        return live


def check_compatible(header: Header) -> Mechanism:
    """The mechanism of a snapshot that the libraries here can continue.

    Raises:
        SnapshotIncompatible: it was written by other versions than are installed here.
    """
    mechanism = mechanism_named(header.mechanism)
    check_libraries(header.libraries, libraries_of(mechanism, header.recipe))
    return mechanism
