"""What a call on an instance came to."""

from typing import Any, NamedTuple

import msgspec

from shared.session.stored.header import Header


class Outcome(NamedTuple):
    """A call's reply, and the header of the snapshot that it left."""

    reply: Any
    """What the call's `encode` made of the result."""
    header: Header
    moved: str | None = None
    """In words, what is other here than where the snapshot before was written."""
    replayed: bool = False
    """Whether the reply is that of the same call when it first came."""

    def at(self, revision: int) -> "Outcome":
        """The same outcome, of a call that made `revision`."""
        return self._replace(header=msgspec.structs.replace(self.header, revision=revision))
