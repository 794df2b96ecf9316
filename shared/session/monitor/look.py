"""One look at an instance: what `render` gives, from a copy, so that the instance stays as it is."""

from collections.abc import Callable
from functools import partial
from typing import Any

from shared.errors import ResetNeeded
from shared.session.calls.operations import picture_mode, shown
from shared.session.calls.outcome import Outcome
from shared.session.live.telling import Encode
from shared.session.monitor.renderer import Renderer
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded

_UNPACED = 1.0
"""A single picture waits for no other: a client asks for one at a time."""


async def look(
    session: Session,
    renderer: Renderer,
    reference: Reference,
    encode: Encode,
    max_pixels: int,
    *,
    as_it_is: bool = False,
) -> Outcome:
    """The picture of an instance as `operations.render` tells it. Nothing is written and no lock is taken.

    Raises:
        InstanceNotFound: there is no such instance, or it has expired.
        NotRenderable: its render mode gives no picture, or a frame has more pixels than `max_pixels`.
        ResetNeeded: it has not been reset.
        EnvironmentRaised: its `render` raised.
        SnapshotIncompatible: it was written by other library versions than are installed here.
    """
    loaded = await _newest(session, reference)
    mode = picture_mode(loaded.header.recipe)
    tell = partial(shown, mode=mode, max_pixels=max_pixels, as_it_is=as_it_is)
    reply = await renderer.draw(loaded, partial(_told, tell, encode), share=_UNPACED)
    if reply is None:
        raise ResetNeeded("The environment has no picture before its first reset. Call reset first.")
    return Outcome(reply, loaded.header)


async def _newest(session: Session, reference: Reference) -> Loaded:
    """The instance's snapshot; its body is not read again where this process has it."""
    live = session.live.get(reference)
    if live is None:
        return await session.snapshots.load(reference)
    known = live.loaded
    return await session.snapshots.newer(reference, known.tag) or known


def _told(tell: Callable[[Any], Any], encode: Encode, picture: Any) -> Any:
    return encode(tell(picture))
