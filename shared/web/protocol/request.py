"""One request as an endpoint sees it, and the replies that it can give."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Generic, NoReturn, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Message, Receive, Scope

from shared.errors import CheckpointNotFound, InstanceNotFound
from shared.session.calls.call import InstanceCall
from shared.session.calls.outcome import Outcome
from shared.session.live.environment import Operation
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC
from shared.web.observe.request_log import RawHeaders, RequestLog
from shared.web.protocol.conditions import keyed_of, revisions_of
from shared.web.protocol.content_coding import Inflate, too_large
from shared.web.protocol.dialect import UUID, V1, Dialect
from shared.web.protocol.encoding import Encoded, Encoding
from shared.web.protocol.reply import Reply, head_of
from shared.web.service.auth import owner_of
from shared.web.service.service import Service

BodyT = TypeVar("BodyT")

_REPLAYED = (b"idempotency-replayed", b"true")


class ClientGone(Exception):
    """The client hung up before its reply."""


async def nothing_received() -> Message:
    """Wait for ever, as for a client that never hangs up."""
    message: Message = await asyncio.get_running_loop().create_future()
    return message


class Request(msgspec.Struct, Generic[BodyT]):
    """A request whose body is of the declared form."""

    scope: Scope
    service: Service
    log: RequestLog
    """What is noted of the request for its log line."""
    body: BodyT
    encoding: Encoding
    """The form in which the client wants the reply."""
    headers: RawHeaders
    """The request's headers, their names in lower case."""
    raw: bytes = b""
    """The body, decompressed and otherwise as it came."""
    dialect: Dialect = V1
    takes_ticket: bool = False
    """Whether `?ticket=` may stand in place of the API key."""
    receive: Receive = nothing_received
    """Tells, after the body, when the client hangs up."""
    acknowledged: Collection[bytes] = ()
    """Digests of earlier calls' keys whose replies have arrived; only a session is told of any."""

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters; of one that is given more than once, the last."""
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    @property
    def owner(self) -> str:
        """Whose instances the call may touch. The API key is checked once a request.

        Raises:
            Unauthorized: API keys are set, and the call brought neither one nor, where it may, a ticket.
        """
        owner = self.log.owner
        if owner is None:
            api_keys = self.service.settings.api_keys
            owner = self.log.owner = self._key_holder(api_keys) if api_keys else PUBLIC
        return owner

    def check_key(self) -> None:
        """Refuse a call without a valid API key where keys are set.

        Raises:
            Unauthorized: it brought none.
        """
        self.owner  # noqa: B018

    @property
    def reference(self) -> Reference:
        """The instance that the path names.

        Raises:
            InstanceNotFound: that part of the path has not the form of an id.
        """
        reference = self.instance(self.scope["path_params"]["instance_id"])
        self.log.instance_id = reference.instance_id
        return reference

    def instance(self, instance_id: str) -> Reference:
        """The caller's instance of the given id.

        Raises:
            InstanceNotFound: it has not the form of an id, so that no key of the store is made of it.
        """
        owner, dialect = self.owner, self.dialect
        if not dialect.id_pattern.fullmatch(instance_id):
            raise InstanceNotFound
        return Reference(owner, instance_id + dialect.id_suffix)

    def checkpoint(self, checkpoint_id: str | None) -> Reference:
        """The checkpoint of the given id, or else the one that the path names, of the path's instance.

        Raises:
            InstanceNotFound, CheckpointNotFound: a part has not the form of an id.
        """
        reference = self.reference
        given = self.scope["path_params"]["checkpoint_id"] if checkpoint_id is None else checkpoint_id
        return checkpoint_of(reference, given)

    @property
    def if_match(self) -> frozenset[int] | None:
        """The revisions of which the instance has to be at one.

        Raises:
            InvalidValue: the header is no ETag of an instance.
        """
        sent = self.headers.get(b"if-match")
        return None if sent is None else revisions_of(sent)

    @property
    def keyed(self) -> Keyed | None:
        """The idempotency key that the call came with, and what it came with.

        Raises:
            InvalidValue: the key is empty or over 255 characters.
        """
        sent = self.headers.get(b"idempotency-key")
        if sent is None:
            return None
        # Without what stands before it: a call may be repeated at another of the server's addresses.
        path = self.scope["path"].removeprefix(self.scope.get("root_path", "")).rstrip("/").encode()
        return keyed_of(self.owner, sent, self.scope["method"].encode(), path, self.raw)

    @property
    def affinity(self) -> str | None:
        """The instance whose calls a proxy sends to this process, by which it has chosen it; None without one.

        It may be any text: a proxy that knows no instance chooses by something else.
        """
        sent = self.headers.get(b"x-instance")
        return None if sent is None else sent.decode("latin-1")

    async def gone(self) -> NoReturn:
        """Wait for the client to hang up.

        Raises:
            ClientGone: it has.
        """
        while (await self.receive())["type"] != "http.disconnect":
            pass
        raise ClientGone

    async def apply(self, operation: Operation) -> Reply:
        """Carry out the operation on the instance of the path; its reply with the revision that it left."""
        call = InstanceCall(self.reference, operation, self.encoding, self.if_match, self.keyed, self.acknowledged)
        outcome = await self.service.session.call(call, self.log.timing)
        self.log.revision = outcome.header.revision
        return reply_of(outcome)

    def reply(
        self,
        content: Any,
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        revision: int | None = None,
        replayed: bool = False,
    ) -> Reply:
        """A reply that no operation on an environment made; `revision` is that of the instance it is about."""
        encoded = self.encoding(content)
        head = [*encoded.head]
        if revision is not None:
            head.append(etag(revision))
        if replayed:
            head.append(_REPLAYED)
        head.extend(head_of(headers or {}))
        return Reply.of(encoded.content, status, head)

    def _key_holder(self, api_keys: Sequence[tuple[str, str]]) -> str:
        sent = self.headers.get(b"authorization")
        ticket = self.query.get("ticket") if self.takes_ticket and sent is None else None
        if ticket is not None:
            return self.service.tickets.owner(ticket, self.scope["path_params"]["instance_id"])
        return owner_of(None if sent is None else sent.decode("latin-1"), api_keys)


def checkpoint_of(reference: Reference, checkpoint_id: str) -> Reference:
    """The checkpoint of the given id of the instance.

    Raises:
        CheckpointNotFound: it has not the form of an id, so that no key of the store is made of it.
    """
    if not UUID.fullmatch(checkpoint_id):
        raise CheckpointNotFound
    return reference._replace(checkpoint_id=checkpoint_id)


def reply_of(outcome: Outcome) -> Reply:
    """The HTTP reply of a call whose encoding was an `Encoding`."""
    encoded: Encoded = outcome.reply
    length = (b"content-length", b"%d" % len(encoded.content))
    head = [*encoded.head, etag(outcome.header.revision), length]
    if outcome.replayed:
        head.append(_REPLAYED)
    if outcome.moved is not None:
        head.append((b"warning", warning_of(outcome.moved).encode()))
    return Reply(encoded.content, 200, head)


def reply_at(encoded: Encoded, revision: int) -> Reply:
    """The HTTP reply of what is encoded already, about an instance at the revision."""
    return Reply.of(encoded.content, 200, [*encoded.head, etag(revision)])


def warning_of(moved: str) -> str:
    """What a client is told where an instance goes on among other versions (RFC 7234, section 5.5)."""
    return f'299 - "{moved}"'


async def read_body(receive: Receive, limit: int, content_encoding: bytes = b"") -> bytes:
    """The whole body, decompressed; as it is sent and as it is here, it has at most `limit` bytes.

    Raises:
        BodyTooLarge: it is longer.
        UnsupportedEncoding: it has a coding that is not read here.
        InvalidRequest: it has not the coding that it names.
        ClientGone: the client left before its end.
    """
    inflate = Inflate(content_encoding, limit) if content_encoding else None
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        length += len(part)
        if length > limit:
            raise too_large(limit)
        parts.append(part if inflate is None else inflate(part))
        if not message.get("more_body", False):
            if inflate is not None:
                inflate.end()
            return b"".join(parts)


def etag(revision: int) -> tuple[bytes, bytes]:
    """The header that tells an instance's revision."""
    return b"etag", b'"%d"' % revision
