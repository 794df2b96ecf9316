"""Small pictures of episodes that were drawn lately, within a budget of bytes: who scrubs asks again."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from shared.frames import Picture
from shared.session.history.place import Place

_MOST_BYTES = 32 * 2**20
_FRAME_BYTES = 200
"""About what a picture takes besides its content."""


class Frame(NamedTuple):
    """The picture after a step of an episode."""

    place: Place
    episode: int
    step: int
    picture: Picture | None

    @property
    def size(self) -> int:
        """Bytes of the picture."""
        return 0 if self.picture is None else len(self.picture.content)


class Strips:
    """For each episode in each form, its pictures from the first on. The least recently used make room."""

    def __init__(self) -> None:
        self._strips: OrderedDict[Hashable, list[Frame]] = OrderedDict()
        self._size = 0

    def of(self, key: Hashable) -> list[Frame]:
        """The pictures of an episode, as far as they are known."""
        strip = self._strips.get(key)
        if strip is None:
            return []
        self._strips.move_to_end(key)
        return strip

    def add(self, key: Hashable, strip: list[Frame]) -> None:
        """Keep the pictures of an episode, in place of fewer."""
        if len(strip) <= len(self._strips.get(key, ())):
            return
        self._drop(self._strips.pop(key, []))
        self._strips[key] = strip
        self._size += _size(strip)
        while self._size > _MOST_BYTES:
            self._drop(self._strips.popitem(last=False)[1])

    def clear(self) -> None:
        """Remove every picture."""
        self._strips.clear()
        self._size = 0

    def _drop(self, strip: list[Frame]) -> None:
        self._size -= _size(strip)


def _size(strip: list[Frame]) -> int:
    return sum(_FRAME_BYTES + each.size for each in strip)
