"""A step by the shortest way: the general path of `calls.exactly_once`, specialised for one live environment.

What stays the same from one step to the next is looked at once, when the environment became live or after a call
that took the general path. A step is then one function, and what is stored is equal to the general path's, byte by
byte. It takes only what is not special; everything else takes the general path, before anything was changed.
"""

import os
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import msgspec

from shared.session.live.placement import LONG_CALL_S, held, usage
from shared.session.live.telling import Encode, refusal
from shared.session.stored.envelope import NONCE_BYTES, Template
from shared.session.stored.header import OLDER_IDS, Header
from shared.session.stored.idempotency import Keyed, remember
from shared.session.stored.snapshots import Snapshots
from shared.wire.values.detached import pack

if TYPE_CHECKING:
    from shared.session.live.environment import LiveEnvironment, Operation


class Made(msgspec.Struct, frozen=True):
    """What a step comes to; nothing is saved yet."""

    reply: Any
    header: Header
    body: bytes
    sealed: bytes
    """The object to store."""


class QuickStep:
    """Steps one live environment."""

    __slots__ = ("_live", "_snapshots", "_template")

    def __init__(self, live: "LiveEnvironment", snapshots: Snapshots, template: Template) -> None:
        self._live = live
        self._snapshots = snapshots
        self._template = template

    @classmethod
    def of(cls, live: "LiveEnvironment", snapshots: Snapshots) -> "QuickStep | None":
        """That of the environment, until another call changes its snapshot; None if something is special."""
        header = live.header
        if (header.libraries, header.digests, header.cpu) != live.dependencies:
            return None
        if any(each is not None for each in (header.log, header.turn, header.reseed, live.moved)):
            return None
        live.stop_recording()
        return cls(live, snapshots, snapshots.template(header))

    def __call__(
        self,
        operation: "Operation",
        encode: Encode,
        keyed: Keyed | None,
        acknowledged: Collection[bytes],
        call_id: bytes,
    ) -> Made:
        """Make the step on the environment's thread.

        Raises:
            NotPlain, GymHTTPError: as `LiveEnvironment.attempt`.
        """
        live = self._live
        before = live.header
        used, began = usage(), time.perf_counter()
        try:
            live.touched, live.switch, live.calls = False, None, 1
            live.counter.resume_from(before.progress)
            result = operation(live)
            try:
                reply = encode(result)
                packed = None if keyed is None else pack(result)
            except BaseException as error:  # as in `telling.encoded`
                raise refusal(encode, result, error) from error
            body = live.subject.capture()
        finally:
            live.seconds = seconds = time.perf_counter() - began
            live.held = seconds if seconds < LONG_CALL_S else held(seconds, used)
        if len(body) > self._snapshots.max_body_bytes:
            self._snapshots.check_size(body)
        revision = before.revision + 1
        recent, kept = before.recent[-OLDER_IDS:] + call_id, before.keyed
        if kept or keyed is not None:
            recent, kept = remember(before, revision, call_id, keyed, packed, acknowledged)
        header = msgspec.structs.replace(
            before,
            used=max(time.time() + self._snapshots.clock.ahead_s, before.used),
            revision=revision,
            nonce=os.urandom(NONCE_BYTES),
            progress=live.counter.progress,
            recent=recent,
            keyed=kept,
        )
        return Made(reply, header, body, self._template.sealed(header, body))
