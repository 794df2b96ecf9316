"""A feed as a sequence of parts, which a page reads from an endless reply as they arrive.

A part is the length of its metadata (4 bytes, big-endian), the metadata in JSON, the length of its picture (4
bytes; 0 for none) and the picture. The metadata are a short record of an instance, or say that it is gone, or tell
the time.
"""

import re
import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.errors import InvalidValue
from shared.frames import Picture
from shared.session.filming.strips import Frame
from shared.session.monitor.feed import FeedItem
from shared.session.stored.header import Header
from shared.web.protocol.records import iso
from shared.wire.values.forms import encode

MEDIA_TYPE = "application/vnd.gymnasium.parts"

_LENGTH = struct.Struct(">I")
_SEEN = re.compile(r"([0-9a-f]{8})-(\d{1,18})")


def part(item: FeedItem) -> bytes:
    """The part about one instance."""
    header, picture = item.header, item.picture
    if header is None:
        gone = {"gone": True} if item.trouble is None else {"trouble": item.trouble}
        return _part({"instance_id": item.instance_id, **gone})
    metadata = {
        **_record(header),
        "content_type": None if picture is None else picture.content_type,
        "trouble": item.trouble,
    }
    return _part(metadata, picture)


def frame_part(frame: Frame) -> bytes:
    """The part about one frame of a recorded episode."""
    metadata = {
        "revision": frame.place.revision,
        "index": frame.place.k,
        "episode": frame.episode,
        "step": frame.step,
        "content_type": None if frame.picture is None else frame.picture.content_type,
    }
    return _part(metadata, frame.picture)


def end_part(following: str | None) -> bytes:
    """The last part of a run of frames: where the next run begins, if there is one."""
    return _part({"next": following})


def clock_part(cursor: str | None = None) -> bytes:
    """The server's time, against which ages are shown, and the cursor to continue from."""
    now = {"now": datetime.now(UTC).isoformat()}
    return _part(now if cursor is None else {**now, "cursor": cursor})


def cursor_of(known: Mapping[str, int], items: Iterable[FeedItem]) -> str:
    """The cursor of a reader that knew some revisions and was then sent the items."""
    sent = {item.instance_id: item.header.revision for item in items if item.header is not None}
    return ".".join(f"{instance_id[:8]}-{revision}" for instance_id, revision in {**known, **sent}.items())


def revisions(cursor: str, instance_ids: Iterable[str]) -> dict[str, int]:
    """The revisions of these instances that the reader of the cursor has seen.

    Raises:
        InvalidValue: it is not a cursor.
    """
    seen = [_SEEN.fullmatch(item) for item in cursor.split(".")] if cursor else []
    found = {match[1]: int(match[2]) for match in seen if match is not None}
    if None in seen:
        raise InvalidValue(
            "since is not a cursor; send the one of the last reply, or leave it empty for everything."
        )
    return {each: found[each[:8]] for each in instance_ids if each[:8] in found}


def _record(header: Header) -> dict[str, Any]:
    recipe, progress = header.recipe, header.progress
    return {
        "instance_id": header.instance_id,
        "env_id": recipe.env_id,
        "render_mode": recipe.render_mode,
        "episode": progress.episode,
        "steps": progress.steps,
        "episode_return": encode(progress.episode_return),
        "ended": progress.ended,
        "created": iso(header.created),
        "used": iso(header.used),
        "revision": header.revision,
    }


def _part(metadata: dict[str, Any], picture: Picture | None = None) -> bytes:
    encoded = msgspec.json.encode(metadata)
    content = b"" if picture is None else picture.content
    return b"".join((_LENGTH.pack(len(encoded)), encoded, _LENGTH.pack(len(content)), content))
