"""Taking back what a call without an idempotency key wrote before it failed, since nobody could complete it."""

from collections.abc import Iterable

from shared.errors import InstanceNotFound, OutcomeUnknown, StoreFailed
from shared.session.stored.header import Header
from shared.session.stored.in_parts import in_parts
from shared.session.stored.snapshots import Loaded, Snapshots


async def left_behind(snapshots: Snapshots, written: Iterable[tuple[Header, Loaded | BaseException]]) -> list[str]:
    """Delete new instances, and return the ids of those that are left, or may be.

    Each stands with its snapshot, or with the error of its write. An instance whose write was of unknown outcome
    is looked for; any other error means that it was not written.
    """
    doubtful = [
        (header, None if isinstance(outcome, BaseException) else outcome)
        for header, outcome in written
        if not isinstance(outcome, BaseException) or isinstance(outcome, OutcomeUnknown)
    ]
    gone = await in_parts(snapshots.objects, lambda each: _is_gone(snapshots, *each), doubtful)
    return [header.instance_id for (header, _), is_gone in zip(doubtful, gone, strict=True) if not is_gone]


async def _is_gone(snapshots: Snapshots, header: Header, loaded: Loaded | None) -> bool:
    try:
        loaded = loaded or await snapshots.load(header.reference)
        if loaded.header.created != header.created:
            return True  # another's, whose id was chosen alike
        return await snapshots.delete(loaded) is None
    except InstanceNotFound:
        return True
    except StoreFailed:
        return False
