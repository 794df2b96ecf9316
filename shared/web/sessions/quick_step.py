"""A session's step in one look at its message: most messages are steps, and most actions numbers.

Any other message, and one that is wrong, is None here and taken apart by `forms`.
"""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from shared.web.sessions.forms import Envelope, Form, Json

Action = int | float | list[int | float]
"""Those that every reader of JSON and of MessagePack takes for the same."""


class StepMessage(Envelope, kw_only=True, forbid_unknown_fields=True):
    """A message that calls `step` with nothing but an action."""

    call: Literal["step"]
    action: msgspec.Raw


class Stepping(msgspec.Struct, frozen=True):
    """A step that a message asks for."""

    envelope: Envelope
    action: Action
    body: bytes
    """That of the same call over HTTP."""


Reading = Callable[[Any], Stepping | None]


def reading_of(form: Form) -> Reading:
    """Reads the steps among the messages of this form."""
    if isinstance(form, Json):
        return _reading(str, msgspec.json.Decoder, b'{"action":%b}')
    return _reading(bytes, msgspec.msgpack.Decoder, b"\x81\xa6action%b")


def _reading(kind: type, decoder: Any, body: bytes) -> Reading:
    message_of, action_of = decoder(StepMessage).decode, decoder(Action).decode

    def read(message: str | bytes) -> Stepping | None:
        if type(message) is not kind:
            return None
        try:
            envelope = message_of(message)
            raw = bytes(envelope.action)
            return Stepping(envelope, action_of(raw), body % raw)
        except (ValueError, RecursionError):  # msgspec's errors are ValueErrors, and so is text that is not UTF-8
            return None

    return read
