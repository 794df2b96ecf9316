"""One picture of many instances, side by side, and what is in each of its cells."""

from collections.abc import Sequence
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

from shared.frames import Thumbnail
from shared.session.monitor.feed import Sight, glance
from shared.session.monitor.renderer import SHARE
from shared.session.monitor.stream import Burst
from shared.session.session import Session
from shared.session.stored.envelope import Reference
from shared.sheets import Grid, as_sheet


class Cells(NamedTuple):
    """The instances of a sheet, in the order of its cells."""

    pictures: tuple[bytes | None, ...]
    """JPEGs."""
    gone: tuple[int, ...]
    """The cells of those that are no more; they are blank."""
    blank: tuple[int, ...]
    """The cells of others that have no picture: not reset yet, text, without a render mode, not to be drawn."""
    late: tuple[int, ...]
    """The cells that there was no time to draw: blank, or an earlier picture."""
    version: str | None
    """Equal for sheets that show the same; None where cells are late."""


async def cells(
    session: Session,
    references: Sequence[Reference | None],
    form: Thumbnail,
    burst: Burst,
    *,
    share: float = SHARE,
) -> Cells:
    """The cells of a sheet: each instance's picture as far as there is time to draw it, None for one that is gone.

    Raises:
        StoreFailed: the store does not answer.
    """
    there = [reference for reference in references if reference is not None]
    sights = {each.instance_id: each for each in await glance(session, there, {}, form, burst, share=share)}
    pictures, shown = list[bytes | None](), list[str]()
    gone, blank, late = list[int](), list[int](), list[int]()
    for cell, reference in enumerate(references):
        sight = Sight("") if reference is None else sights.get(reference.instance_id)
        content = None if sight is None or sight.picture is None else _jpeg(sight)
        if reference is not None and sight is None:
            late.append(cell)
            earlier = session.drawing.album.newest(reference, form)
            content = None if earlier is None else _jpeg(Sight("", picture=earlier.picture))
        elif sight is not None and content is None:
            is_gone = sight.header is None and sight.trouble is None
            (gone if is_gone else blank).append(cell)
        pictures.append(content)
        shown.append("" if sight is None or sight.header is None else sight.header.nonce.hex())
    version = blake2b(repr((form, shown, gone)).encode(), digest_size=16).hexdigest()
    return Cells(tuple(pictures), tuple(gone), tuple(blank), tuple(late), None if late else version)


def _jpeg(sight: Sight) -> bytes | None:
    picture = sight.picture
    return None if picture is None or picture.content_type != "image/jpeg" else picture.content


async def contact_sheet(session: Session, grid: Grid, cells: Cells, *, share: float = SHARE) -> bytes:
    """The cells as one JPEG, made beside the event loop; it counts as drawing."""
    return await session.drawing.compose(partial(as_sheet, grid, cells.pictures), share=share)
