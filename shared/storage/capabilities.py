"""What a store says of itself, so that nobody has to ask which store it is."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of one store that its callers act on."""

    remote: bool
    """Whether a call waits for a network. One that does not takes microseconds."""
    shared: bool
    """Whether every process that opens the same address sees the same objects."""
    max_object_bytes: int
    """The longest body that `put` takes."""
    deletes_conditionally: bool = True
    """Whether `delete` takes a tag to expect. Where it does not, an instance's end is written as a marker."""
    caution: str = ""
    """What who starts a server over this store has to know, in one sentence."""
    compact: Callable[[], int] | None = None
    """Free part of the space of deleted objects, within milliseconds; returns how much is left to free.

    Called by the sweep until it returns 0. None where a deleted object leaves nothing behind.
    """
    probe: Callable[[], Awaitable[None]] | None = None
    """Write and delete something; raises as `Store.put`. None where a read tells as much of the store's health."""
    link: Callable[[str, Mapping[str, str], int], Awaitable[str]] | None = None
    """The address of an object, from its key, the headers that it is to be sent with (`Content-Type` and
    `Content-Encoding`), and the seconds for which it holds. Whoever knows it may read the object, and needs no
    key. None where the store has no such addresses.
    """
    hold_loop: Callable[[], None] | None = None
    """Let `get` and `put` hold the event loop until they are answered, from now on, which spares handing them to
    other threads and back: for a process that makes one call after another. None where that spares nothing.
    """
    holds_loop: bool = False
    """Whether it was called."""
    key_file: Path | None = None
    """Where a signing key is kept beside the objects, on this host. None where the key has to be set."""
