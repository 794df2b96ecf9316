"""A call on an instance, without HTTP: whatever carried it here made one of these.

An HTTP request, a line of a batch, a message of a WebSocket or an event of a Lambda function each have a function
of their own that makes the call, and one that makes a reply of its `Outcome`.
"""

from collections.abc import Collection

import msgspec

from shared.session.live.environment import Operation
from shared.session.live.telling import Encode
from shared.session.stored.header import Expected
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference


class InstanceCall(msgspec.Struct, frozen=True):
    """One operation on one instance, to be applied exactly once."""

    reference: Reference
    operation: Operation
    encode: Encode
    """Makes the reply of what the operation returned."""
    if_match: Expected = None
    """The revisions that the instance may be at; None for any."""
    keyed: Keyed | None = None
    """The idempotency key, and digests of what it was sent with."""
    acknowledged: Collection[bytes] = ()
    """Digests of the keys of earlier calls whose replies the client has, so that they are kept no longer."""
