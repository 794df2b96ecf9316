"""What an environment returned, as an agent can take it in: text of bounded length, and pictures as pictures."""

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.errors import ReplyTooLarge
from shared.frames import as_png
from shared.session.live.telling import Encode
from shared.wire.values import forms

MOST_TEXT_BYTES = 65_536
"""The most text of one reply. It is written twice, as text and as data."""
MOST_PICTURE_BYTES = 3_500_000
"""The most that the pictures of one reply take, so that Lambda carries them in base64 (6 MB)."""

_LEAST_SIDE = 32
"""Pixels. Smaller arrays of this form are boards in symbols, as MiniGrid's are, and are told as numbers."""
_DEEPEST = 6
"""Containers in one another that are looked through for pictures."""


class Told(NamedTuple):
    """One reply."""

    value: dict[str, Any]
    """All but the pictures, as JSON."""
    pictures: tuple[str, ...] = ()
    """PNG files in base64. Where one stood in the value, there is its number."""

    def having(self, **more: Any) -> "Told":
        """The same reply with more members."""
        return self._replace(value={**self.value, **more})

    @property
    def text(self) -> str:
        """The value as JSON text."""
        return msgspec.json.encode(self.value).decode()


def telling(max_pixels: int) -> Encode:
    """What makes a reply of an operation's result, with frames of at most so many pixels.

    It raises ReplyTooLarge for text or pictures over the bounds, before anything is saved.
    """

    def told(result: dict[str, Any]) -> Told:
        pictures: list[str] = []

        def picture(frame: Any) -> str:
            pictures.append(base64.b64encode(as_png(frame, max_pixels)).decode())
            _check(sum(map(len, pictures)) * 3 // 4, MOST_PICTURE_BYTES, "pictures")
            return f"picture {len(pictures)} of this reply, {frame.shape[1]} by {frame.shape[0]} pixels"

        value = forms.encode(_shown(result, picture, _DEEPEST))
        reply = Told(value, tuple(pictures))
        _check(len(msgspec.json.encode(reply.value)), MOST_TEXT_BYTES, "text")
        return reply

    return told


def told_frames(rendered: dict[str, Any]) -> Told:
    """The reply of the operation `render`: a text, or its pictures.

    Raises:
        ReplyTooLarge: there are too many.
    """
    data = rendered["data"]
    if rendered["encoding"] != "base64":
        return Told({"render_mode": rendered["render_mode"], "text": data})
    pictures = tuple(_flat(data))
    _check(sum(map(len, pictures)) * 3 // 4, MOST_PICTURE_BYTES, "pictures")
    return Told({"render_mode": rendered["render_mode"], "pictures": len(pictures)}, pictures)


def _flat(data: Any) -> list[str]:
    return [data] if isinstance(data, str) else [picture for part in data for picture in _flat(part)]


def _shown(value: Any, picture: Callable[[Any], str], depth: int) -> Any:
    """The value with a text in the place of each picture."""
    if depth and isinstance(value, dict):
        return {name: _shown(part, picture, depth - 1) for name, part in value.items()}
    if depth and isinstance(value, tuple | list):
        return [_shown(part, picture, depth - 1) for part in value]
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8 or value.ndim not in (3, 4):
        return value
    if value.shape[-1] not in (3, 4) or min(value.shape[-3:-1]) < _LEAST_SIDE:
        return value
    return picture(value) if value.ndim == 3 else [picture(frame) for frame in value]


def _check(length: int, limit: int, what: str) -> None:
    if length > limit:
        raise ReplyTooLarge(
            f"The {what} of the reply would take {length} bytes, and {limit} is the most here, so nothing was "
            "applied; ask for less: fewer steps, or less to include.",
            limit=limit,
        )
