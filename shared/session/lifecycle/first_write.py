"""The first snapshot of a new instance and its entry in the index: both are written, or neither."""

from shared.errors import Contended, StoreFailed
from shared.session.lifecycle.take_back import left_behind
from shared.session.stored.header import Header
from shared.session.stored.idempotency import Keyed, check_same
from shared.session.stored.snapshots import Loaded, Snapshots


async def first_written(snapshots: Snapshots, header: Header, body: bytes, keyed: Keyed | None) -> Loaded:
    """Write both. Where the store fails in between, a repeated call with the key completes them.

    Raises:
        KeyReused: the key came with another request before.
        Contended, StoreFailed: they could not be written, or the id is taken.
    """
    written: Loaded | BaseException | None = None
    try:
        written = await snapshots.add(header, body)
        check_same(written.header.made_by, keyed)
        if keyed is None and written.header.created != header.created:
            raise Contended("Another instance got the same id at this moment; try again.", retry_after=1)
        await snapshots.index.add(written.header)
        return written
    except StoreFailed as error:
        left = [] if keyed else await left_behind(snapshots, [(header, written or error)])
        if not left:
            raise
        raise StoreFailed(
            f"The store failed while the environment was created; it may be left as {left[0]} and can be "
            "closed; try again.",
            left_behind=left,
        ) from error
