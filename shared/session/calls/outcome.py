"""What a call on an instance came to."""

from typing import Any, NamedTuple

from shared.session.stored.header import Header


class Outcome(NamedTuple):
    """A call's reply, the header of the snapshot that it left, and on which processor the one before was made."""

    reply: Any
    header: Header
    other_cpu: str | None = None
    """The features of that processor where they are not this one's: the last bit of a result may differ."""
    replayed: bool = False
    """Whether the reply is that of the same call when it first came."""
