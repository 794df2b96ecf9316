"""The time machine: what an instance's log tells, and every state that it has been in."""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from shared.errors import HistoryDamaged, InstanceNotFound
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.calls.outcome import Outcome
from shared.session.explore.scratch import Scratch
from shared.session.history.copies import Copies
from shared.session.history.episodes import Page as Episodes
from shared.session.history.episodes import episode_of, episodes_of
from shared.session.history.lineage import Lineage, lineage_of
from shared.session.history.parts import Parts
from shared.session.history.passage import passage_to, walk
from shared.session.history.place import Place
from shared.session.history.recordings import Recordings
from shared.session.history.replay import Replay, check_same, difference_in
from shared.session.history.route import NO_TAG, route_to, state_at
from shared.session.history.rows import Page, Row, page_of
from shared.session.history.transitions import Transitions, Wanted
from shared.session.history.verify import Verified, chain_of, first_of, verified
from shared.session.lifecycle.checkpoints import Past
from shared.session.lifecycle.shares import Shares
from shared.session.live.environment import LiveEnvironment
from shared.session.live.restore import check_compatible
from shared.session.live.telling import Encode, encoded
from shared.session.record.episodes import Episode
from shared.session.session import Session
from shared.session.stored.header import Expected, Header
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded

_AT_ONCE = 3


Tell = Callable[[LiveEnvironment | None, Row, Any], dict[str, Any]]
"""Makes a reply of a row and what its call returned; there is no copy where nothing is made again."""


EncodeEpisode = Callable[[Episode, dict[str, Any]], Any]
"""Makes the encoded reply of an episode and its columns."""


class History:
    """The logs of one session's instances."""

    def __init__(self, session: Session, ttl_s: float = math.inf) -> None:
        """What was recorded of a closed instance is told for `ttl_s` seconds since its last call."""
        self._session = session
        self._segments = session.segments
        self.recordings = Recordings(session.snapshots, session.segments, ttl_s)
        """The instances that there is a log of."""
        self.copies = Copies(session)
        """Copies of what is told, for clients that fetch it from the store."""
        self._scratch = Scratch(session.thread_for_copy)
        self._shares = Shares(_AT_ONCE)

    async def close(self) -> None:
        """Close every copy."""
        await self._scratch.close()

    async def page(self, reference: Reference, after: Place | None, limit: int) -> tuple[Header, Page]:
        """At most `limit` rows of the log behind a place, and the instance's header.

        Raises:
            InstanceNotFound: there is no such instance.
            NotRecorded: it has no log.
            HistoryDamaged: a segment is missing, or not as it was written.
        """
        parts = await self.parts(reference)
        return parts.tail.header, await page_of(parts, after, limit)

    async def at(self, reference: Reference, place: Place, tell: Tell, encode: Encode) -> tuple[Header, Any]:
        """What the call at a place returned, as the encoded reply, and the instance's header.

        Raises:
            InstanceNotFound, NotRecorded, HistoryDamaged: as for `page`.
            RevisionNotFound: the log has no such place.
            SnapshotIncompatible, SnapshotDiverged: it cannot be had again with what is installed here.
        """
        parts = await self.parts(reference)
        route = await route_to(parts, self._segments, place)
        if route.row.call in (None, "restore"):
            return parts.tail.header, encode(tell(None, route.row, None))
        async with self._shares.turn(reference.owner), self._scratch.copy(route.start) as live:
            replay = await live.thread.run(Replay, live, route.start)
            otherwise = await live.thread.run_in_turns(replay.make([each.recorded for each in route.calls]))
            check_same(difference_in(route.calls, otherwise))
            told = await live.thread.run(_told, encode, tell, live, route.row, replay.returned)
            return parts.tail.header, told

    def past(self, reference: Reference, place: Place) -> Past:
        """What gives the state that the call at a place has left; see `state`."""
        return lambda: self.state(reference, place)

    async def state(self, reference: Reference, place: Place) -> Loaded:
        """The state that the call at a place has left, as a snapshot of the instance, named by the place.

        Raises:
            InstanceNotFound, NotRecorded, RevisionNotFound, HistoryDamaged: as for `at`.
            SnapshotIncompatible, SnapshotDiverged: as for `at`.
        """
        parts = await self.parts(reference)
        stored = await state_at(parts, place)
        if stored is not None:
            header = msgspec.structs.replace(stored.header, checkpoint_name=str(place), log=parts.tail.header.log)
            return stored._replace(header=header)
        route = await route_to(parts, self._segments, place)
        if route.row.call == "restore":
            raise HistoryDamaged(f"The keyframe of revision {place.revision} in the instance's log is missing.")
        dependencies = check_compatible(route.start, self._session.accept).dependencies
        async with self._shares.turn(reference.owner), self._scratch.copy(route.start) as live:
            replay = await live.thread.run(Replay, live, route.start)
            otherwise = await live.thread.run_in_turns(replay.make([each.recorded for each in route.calls]))
            check_same(difference_in(route.calls, otherwise))
            body = await live.thread.run(live.subject.capture)
            progress = live.counter.progress
        libraries, digests, cpu = dependencies
        header = msgspec.structs.replace(
            route.start.header,
            checkpoint_name=str(place),
            revision=place.revision,
            progress=progress,
            log=parts.tail.header.log,
            reseed=None,
            libraries=libraries,
            digests=digests,
            cpu=cpu,
        )
        return Loaded(header, body, NO_TAG)

    async def episodes(self, reference: Reference, env: int, after: int, limit: int) -> tuple[Header, Episodes]:
        """At most `limit` episodes of one environment with numbers above `after`, and the instance's header.

        Raises:
            InvalidValue: the instance is no vector, or one of fewer environments.
            InstanceNotFound, NotRecorded, HistoryDamaged: as for `page`.
        """
        parts = await self.parts(reference)
        return parts.tail.header, await episodes_of(parts, env, after, limit)

    async def episode(
        self, reference: Reference, number: int, wanted: Wanted, encode: EncodeEpisode
    ) -> tuple[Header, Any]:
        """An episode and its transitions as columns, as the encoded reply, and the instance's header.

        Raises:
            EpisodeNotFound: the log has no episode of this number.
            InvalidValue: the instance has no such environment, or the columns would be over the limit.
            InstanceNotFound, NotRecorded, HistoryDamaged: as for `page`.
            SnapshotIncompatible, SnapshotDiverged: as for `at`.
        """
        parts = await self.parts(reference)
        episode = await episode_of(parts, wanted.env, number)
        wanted.check(episode)
        passage = await passage_to(parts, self._segments, episode)
        async with self._shares.turn(reference.owner), self._scratch.copy(passage.start) as live:
            replay = await live.thread.run(Replay, live, passage.start)
            transitions = Transitions(live, episode, wanted)
            await walk(parts, passage, episode, replay, transitions)
            told = await live.thread.run(encoded, partial(encode, episode), transitions.joined())
            return parts.tail.header, told

    async def lineage(self, reference: Reference) -> Lineage:
        """Where the instance comes from, and what was made of it.

        Raises:
            InstanceNotFound: there is neither the instance nor anything recorded of it.
        """
        return await lineage_of(self.recordings, self._segments, reference)

    async def verify(self, reference: Reference, begin: int | None, seconds: float) -> tuple[Header, Verified]:
        """Replay the log from its first keyframe, or from the last one up to `begin`, and compare every call.

        After so many seconds it ends at a part's end, and tells where to go on.

        Raises:
            InstanceNotFound, NotRecorded, HistoryDamaged: as for `page`.
            SnapshotIncompatible: other versions are installed than it was recorded with.
        """
        parts = await self.parts(reference)
        chain, ends = await chain_of(parts, begin), time.monotonic() + seconds
        start = await first_of(parts, chain)
        async with self._shares.turn(reference.owner), self._scratch.copy(start) as live:
            return parts.tail.header, await verified(parts, chain, live, start, ends)

    async def forget(
        self, reference: Reference, encode: Encode, if_match: Expected = None, keyed: Keyed | None = None
    ) -> Outcome | None:
        """Delete what was recorded. A living instance that records begins anew; None for a closed one.

        Raises:
            InstanceNotFound: there is no such instance, nor anything recorded of one.
            GymHTTPError: as for any call on the instance.
        """
        call = InstanceCall(reference, operations.record("anew"), encode, if_match, keyed)
        try:
            outcome = await self._session.call(call)
        except InstanceNotFound:
            if await self.recordings.ended(reference) is None:
                raise
            await self._segments.forget(reference)
            return None
        log = outcome.header.log
        await self._segments.forget(reference, "" if log is None else log.birth)
        return outcome

    async def parts(self, reference: Reference) -> Parts:
        """The parts of an instance's log.

        Raises:
            InstanceNotFound: there is no such instance, nor anything recorded of it.
            NotRecorded: it has no log.
        """
        loaded = await self.recordings.loaded(reference)
        return Parts(self._segments, loaded, self._session.placement.worker())


def _told(encode: Encode, tell: Tell, live: LiveEnvironment, row: Row, returned: Any) -> Any:
    return encoded(encode, tell(live, row, returned))
