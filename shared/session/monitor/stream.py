"""Watching one instance: a picture whenever its snapshot has changed, drawn from a copy.

The copy is restored from the stored snapshot. So watching changes nothing, takes no lock that a step would wait
for, and shows what any process did to the instance.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from shared.errors import InstanceNotFound, NotRenderable
from shared.session.monitor.burst import ENDLESS, Burst
from shared.session.monitor.renderer import Copy
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded

FRAME_S = 1 / 30
"""Least seconds between two pictures."""

_FAR_POLL_S = 0.5
_REPEAT_S = 10.0


async def pictures(
    session: Session, reference: Reference, encode: Callable[[Any], bytes], burst: Burst = ENDLESS
) -> AsyncIterator[bytes]:
    """Encoded frames: one whenever the instance has changed, and the last one again every ten seconds.

    Ends with the burst or the instance. An instance that has not been reset has no picture yet.

    Raises:
        InstanceNotFound: there is no such instance.
        NotRenderable: its render mode is not `rgb_array`.
        SnapshotIncompatible: it was written by other library versions than are installed here.
    """
    loaded = await session.snapshots.load(reference)
    mode = loaded.header.recipe.render_mode
    if mode != "rgb_array" or loaded.header.recipe.num_envs is not None:
        raise NotRenderable(
            f"The render mode is {mode!r}; only a single environment created with rgb_array can be streamed.",
            render_mode=mode,
        )
    return _frames(session, Copy(session.thread_for_copy(loaded)), loaded, encode, burst)


async def _frames(
    session: Session, copy: Copy[bytes], loaded: Loaded, encode: Callable[[Any], bytes], burst: Burst
) -> AsyncIterator[bytes]:
    frame = await copy.picture(loaded, encode)
    began = shown = asked = time.monotonic()
    room = burst.size
    try:
        if frame is not None:
            room -= len(frame)
            yield frame
        while time.monotonic() - began < burst.seconds:
            await asyncio.sleep(FRAME_S)
            may_ask = not session.snapshots.objects.capabilities.remote or time.monotonic() - asked > _FAR_POLL_S
            newer = await session.newer(loaded, ask=may_ask)
            now = time.monotonic()
            asked = now if may_ask else asked
            if newer is not None:
                loaded = newer
                session.thread_for_copy(loaded)  # refuses what other versions wrote meanwhile
                frame = await copy.picture(loaded, encode)
            if frame is not None and (newer is not None or now - shown > _REPEAT_S):
                shown = now
                room -= len(frame)
                if room < 0:
                    return
                yield frame
    except InstanceNotFound:
        return
    finally:
        await copy.close()
