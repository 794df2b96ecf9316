"""The episodes of a log, told without its calls: each segment has those that ended in it.

Numbers count on through the whole log, also where the instance went back to an earlier episode: the episode that
begins there has a number of its own.
"""

from typing import Literal

import msgspec

from shared.session.stored.header import Log

Start = Literal["reset", "log", "record", "restore"]
"""What an episode begins with: a reset, or amid another one the log itself, its going on, or a restore."""

End = Literal["terminated", "truncated", "reset", "restore", "off"]


class Episode(msgspec.Struct, frozen=True, array_like=True):
    """An episode of a log. Append-only, as `Header`."""

    env: int
    """Of a vector, which of its environments; else 0."""
    number: int
    start: Start
    end: End | None
    """None while it goes on."""
    seed: int | str | None
    """That of its reset, as decimal text where it has over 63 bits."""
    steps: int
    total: float
    """The sum of its rewards, as in `Progress`."""
    first: tuple[int, int]
    """The place of the call that began it: a revision, and the index in it, or -1 if the call is its only one."""
    last: tuple[int, int]
    """The place of its last step; without one, that of its beginning."""
    began: int
    """Milliseconds since the epoch."""
    ended: int
    """The same, of the entry that ended it, or of the last one so far."""


def episodes_in(log: Log) -> list[Episode]:
    """Those that ended in a segment's part."""
    return _EPISODES.decode(log.ended) if log.ended else []


_EPISODES = msgspec.msgpack.Decoder(list[Episode])
