"""Sights of instances as a sequence of parts, which a page reads from an endless reply as they come.

A part is the length of its metadata (4 bytes, big-endian), the metadata in JSON, the length of its picture (the
same way; 0 for none) and the picture. Metadata are an instance's record in short, or that it is gone, or the time.
"""

import re
import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.errors import InvalidValue
from shared.frames import Picture
from shared.session.monitor.feed import FeedItem
from shared.session.stored.header import Header
from shared.web.protocol.records import iso
from shared.wire.values.values import encode

MEDIA_TYPE = "application/vnd.gymnasium.parts"

_LENGTH = struct.Struct(">I")
_SEEN = re.compile(r"([0-9a-f]{8})-(\d{1,18})")


def part(sight: FeedItem) -> bytes:
    """What is to be seen of one instance."""
    header, picture = sight.header, sight.picture
    if header is None:
        gone = {"gone": True} if sight.trouble is None else {"trouble": sight.trouble}
        return _part({"instance_id": sight.instance_id, **gone})
    metadata = {
        **_record(header),
        "content_type": None if picture is None else picture.content_type,
        "trouble": sight.trouble,
    }
    return _part(metadata, picture)


def clock_part(cursor: str | None = None) -> bytes:
    """The server's time, by which ages are told, and how to ask for what comes after this."""
    now = {"now": datetime.now(UTC).isoformat()}
    return _part(now if cursor is None else {**now, "cursor": cursor})


def cursor_of(known: Mapping[str, int], sights: Iterable[FeedItem]) -> str:
    """Which revisions somebody has seen who knew some and was told of others."""
    told = {sight.instance_id: sight.header.revision for sight in sights if sight.header is not None}
    return ".".join(f"{instance_id[:8]}-{revision}" for instance_id, revision in {**known, **told}.items())


def revisions(cursor: str, instance_ids: Iterable[str]) -> dict[str, int]:
    """The revisions of these instances that the cursor says were seen.

    Raises:
        InvalidValue: it is no cursor.
    """
    seen = [_SEEN.fullmatch(item) for item in cursor.split(".")] if cursor else []
    found = {match[1]: int(match[2]) for match in seen if match is not None}
    if None in seen:
        raise InvalidValue("since is no cursor; send the one of the last reply, or nothing to be told everything.")
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
    told = msgspec.json.encode(metadata)
    content = b"" if picture is None else picture.content
    return b"".join((_LENGTH.pack(len(told)), told, _LENGTH.pack(len(content)), content))
