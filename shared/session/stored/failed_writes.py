"""The writes of one call that failed: was the call applied all the same, or may it still be?"""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import OutcomeUnknown, StoreFailed
from shared.session.stored.header import RECENT_CALLS, Header, revision_made
from shared.session.stored.retry import Failure
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.storage.protocol import Conflict

_ADVICE = "it is unknown whether the call was applied; read the instance."


class FailedWrites:
    """The failed writes of one call, which all carry its id.

    A conflict of a write that was sent once proves that this write was not done. Any other failed write may be
    done, and may even be done later, until the snapshot that it expects is replaced. So one such write in doubt
    outlasts the certainty of those after it.
    """

    def __init__(self, snapshots: Snapshots, call_id: bytes) -> None:
        self._snapshots = snapshots
        self._call_id = call_id
        self._expected: Header | None = None
        """What the oldest write in doubt was to replace."""

    async def read_back(self, before: Header, failure: Failure) -> tuple[Loaded, int | None]:
        """The current snapshot after a write to replace `before` failed, and the revision that the call made.

        The revision is None if the call was not applied yet.

        Raises:
            InstanceNotFound: the instance is gone.
            OutcomeUnknown: the store does not answer, or as `revision_made`.
        """
        if self._expected is None and not (isinstance(failure, Conflict) and failure.sent_once):
            self._expected = before
        try:
            loaded = await self._snapshots.load(before.reference)
        except StoreFailed as error:
            raise OutcomeUnknown(f"The store failed while the call was saved, and {_ADVICE}") from error
        return loaded, self.revision_made(loaded.header)

    def revision_made(self, current: Header) -> int | None:
        """The revision that the call made, as the current snapshot tells; None if it was not applied yet.

        Raises:
            OutcomeUnknown: a write is in doubt, and more than `RECENT_CALLS` calls were applied since.
        """
        made = revision_made(current, self._call_id)
        if made is None and self._expected is not None:
            others = current.revision - self._expected.revision
            if others > RECENT_CALLS:
                raise OutcomeUnknown(
                    f"Over {RECENT_CALLS} other calls came while this one was saved, and {_ADVICE}"
                )
            if others > 0:  # what the write expects is gone
                self._expected = None
        return made

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell of a failure of the store in the block as what it means.

        Raises:
            OutcomeUnknown: the store failed while a write is in doubt.
            StoreFailed: it failed otherwise.
        """
        try:
            yield
        except StoreFailed as error:
            if self._expected is None:
                raise
            raise OutcomeUnknown(f"The store failed while the call was saved, and {_ADVICE}") from error
