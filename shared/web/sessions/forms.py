"""The two forms of a session's messages: JSON in text, and MessagePack in bytes.

A message is an envelope and, beside its members, those of the body that the same call has over HTTP. They are
taken apart without being parsed: the body is then parsed, and compared with what its key came with before, as
HTTP's is.
"""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import msgspec

from shared.codec import exact
from shared.errors import InvalidRequest
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.encoding import JSON_TYPE, MSGPACK_TYPE
from shared.web.protocol.negotiation import encoding_for

_Raw = msgspec.Raw | bytes
_Number = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
"""A number that every language's JSON keeps exactly."""


class Envelope(msgspec.Struct):
    """What a message says beside the body of its call."""

    id: _Number
    """The client's own number of the message, which is also its reply's."""
    call: str
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] | None = None
    """As the header `Idempotency-Key`."""
    if_match: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] | None = None
    """The revision that the instance has to be at, as the header `If-Match`."""
    ack: _Number | None = None
    """The last `id` whose reply has arrived."""
    chain: bool = False
    """Whether the call is made only if the one before it has succeeded."""


class Message(NamedTuple):
    """A message, taken apart."""

    envelope: Envelope
    members: Mapping[str, _Raw]
    """All other members, each as it came."""


class _Numbered(msgspec.Struct):
    id: Any = None


_OF_ENVELOPE = frozenset(Envelope.__struct_fields__)


class Json:
    """JSON in text messages."""

    headers: ClassVar[RawHeaders] = {b"content-type": JSON_TYPE.encode()}
    """Those with which HTTP would say what form the body has."""

    def __init__(self, arrays: str = "") -> None:
        """`arrays` is the form of arrays in replies, as `?arrays=` has it over HTTP.

        Raises:
            InvalidValue: it is no such form.
        """
        self.encoding = encoding_for(b"", b"", b"arrays=" + arrays.encode() if arrays else b"")

    def read(self, message: str | bytes) -> Message:
        """The message, taken apart.

        Raises:
            InvalidRequest: it is no message of this form.
        """
        if isinstance(message, bytes):
            raise InvalidRequest("The message is bytes, and this session is in JSON: send text.")
        try:
            envelope, members = _envelope_of_json(message), _members_of_json(message)
        except msgspec.DecodeError as error:
            return _read_leniently(message, error)
        except RecursionError:
            raise InvalidRequest(
                "The message is nested too deep; send lists and objects with fewer levels."
            ) from None
        return Message(envelope, _without_envelope(members))

    def number(self, message: str | bytes) -> int | None:
        """The `id` of a message that cannot be read otherwise; None if that cannot either."""
        return None if isinstance(message, bytes) else _number_in(_numbered_of_json, message)

    def value(self, raw: _Raw) -> Any:
        """The value of one member."""
        return msgspec.json.decode(raw)

    def body(self, members: Mapping[str, _Raw]) -> bytes:
        """The body of the same call over HTTP, as JSON writes it without spaces."""
        return b"{%b}" % b",".join(
            [b"%b:%b" % (msgspec.json.encode(name), bytes(raw)) for name, raw in members.items()]
        )

    def told(self, envelope: Mapping[str, Any], content: bytes = b"{}") -> str:
        """The reply to send: what HTTP would reply, with the members of `envelope` before its own."""
        head = msgspec.json.encode(envelope)
        return (head if content == b"{}" else b"%b,%b" % (head[:-1], content[1:])).decode()


class MessagePack:
    """MessagePack in binary messages. Replies have the exact form, in which every type comes back as it was."""

    headers: ClassVar[RawHeaders] = {b"content-type": MSGPACK_TYPE.encode()}
    """Those with which HTTP would say what form the body has."""

    def __init__(self) -> None:
        self.encoding = encoding_for(exact.MEDIA_TYPE.encode(), b"", b"")

    def read(self, message: str | bytes) -> Message:
        """The message, taken apart.

        Raises:
            InvalidRequest: it is no message of this form.
        """
        if isinstance(message, str):
            raise InvalidRequest("The message is text, and this session is in MessagePack: send bytes.")
        try:
            envelope, members = _envelope_of_msgpack(message), _members_of_msgpack(message)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:  # text that is not UTF-8 is none of msgspec's
            raise _no_message(error) from None
        except RecursionError:
            raise InvalidRequest(
                "The message is nested too deep; send lists and objects with fewer levels."
            ) from None
        return Message(envelope, _without_envelope(members))

    def number(self, message: str | bytes) -> int | None:
        """The `id` of a message that cannot be read otherwise; None if that cannot either."""
        return None if isinstance(message, str) else _number_in(_numbered_of_msgpack, message)

    def value(self, raw: _Raw) -> Any:
        """The value of one member."""
        return msgspec.msgpack.decode(raw)

    def body(self, members: Mapping[str, _Raw]) -> bytes:
        """The body of the same call over HTTP."""
        parts = [_map_head(len(members))]
        for name, raw in members.items():
            parts += (msgspec.msgpack.encode(name), bytes(raw))
        return b"".join(parts)

    def told(self, envelope: Mapping[str, Any], content: bytes = b"\x80") -> bytes:
        """The reply to send: what HTTP would reply, with the members of `envelope` before its own."""
        count, begin = _map_size(content)
        return _map_head(len(envelope) + count) + msgspec.msgpack.encode(envelope)[1:] + content[begin:]


Form = Json | MessagePack

_envelope_of_json = msgspec.json.Decoder(Envelope).decode
_envelope_of_msgpack = msgspec.msgpack.Decoder(Envelope).decode
_members_of_json = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_members_of_msgpack = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_numbered_of_json = msgspec.json.Decoder(_Numbered).decode
_numbered_of_msgpack = msgspec.msgpack.Decoder(_Numbered).decode


def _read_leniently(message: str, error: msgspec.DecodeError) -> Message:
    """A message in what many take for JSON, as HTTP's bodies are read too: with NaN and Infinity.

    Raises:
        InvalidRequest: it is not that either.
    """
    try:
        parsed = json.loads(message)
        envelope = msgspec.convert(parsed, Envelope)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        raise _no_message(error) from None
    return Message(envelope, _without_envelope({name: json.dumps(item).encode() for name, item in parsed.items()}))


def _no_message(error: Exception) -> InvalidRequest:
    return InvalidRequest(
        f'This is no message ({error}); send a map such as {{"id": 1, "call": "step", "action": 0}}.'
    )


def _without_envelope(members: Mapping[str, _Raw]) -> Mapping[str, _Raw]:
    return {name: raw for name, raw in members.items() if name not in _OF_ENVELOPE}


def _number_in(decode: Callable[[Any], _Numbered], message: str | bytes) -> int | None:
    try:
        return msgspec.convert(decode(message).id, _Number)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors, and so is text that is not UTF-8
        return None


def _map_head(count: int) -> bytes:
    """What a map of so many members begins with in MessagePack."""
    if count < 16:
        return bytes((0x80 | count,))
    return b"\xde" + count.to_bytes(2, "big") if count < 1 << 16 else b"\xdf" + count.to_bytes(4, "big")


def _map_size(packed: bytes) -> tuple[int, int]:
    """How many members a packed map has, and where the first begins."""
    width = {0xDE: 2, 0xDF: 4}.get(packed[0])
    return (packed[0] & 15, 1) if width is None else (int.from_bytes(packed[1 : 1 + width], "big"), 1 + width)
