"""One request as an endpoint sees it, and the replies that it can give."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope

from shared.errors import BodyTooLarge, CheckpointNotFound, InvalidValue
from shared.session.live.cache import Operation
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC
from shared.web.observe.request_log import RawHeaders, RequestLog
from shared.web.protocol.dialect import UUID, V1, Dialect
from shared.web.protocol.encoding import Encoded, Encoding
from shared.web.protocol.reply import Reply
from shared.web.service.auth import owner_of
from shared.web.service.service import Service

BodyT = TypeVar("BodyT")

_LONGEST_KEY = 255
WARNING = '299 - "continued from a processor with {there} on one with {here}: last bits may differ"'
_REVISION = re.compile(r'"(\d{1,18})"')
_REPLAYED = (b"idempotency-replayed", b"true")


@dataclass(slots=True)
class Request(Generic[BodyT]):
    """A request whose body is of the declared form."""

    scope: Scope
    service: Service
    log: RequestLog
    """What is noted of the request for its log line."""
    body: BodyT
    encoding: Encoding
    """The form in which the client wants the reply."""
    headers: RawHeaders
    """The request's headers, their names in small letters."""
    raw: bytes = b""
    """The body as it came."""
    dialect: Dialect = V1
    takes_ticket: bool = False
    """Whether `?ticket=` may stand in place of the API key."""

    @property
    def query(self) -> QueryParams:
        """The query's parameters."""
        return QueryParams(self.scope["query_string"])

    @property
    def owner(self) -> str:
        """Whose instances the call may touch.

        Raises:
            Unauthorized: API keys are set, and the call brought neither one nor, where it may, a ticket.
        """
        api_keys = self.service.settings.api_keys
        owner = self._key_holder(api_keys) if api_keys else PUBLIC
        self.log.owner = owner
        return owner

    def _key_holder(self, api_keys: Sequence[tuple[str, str]]) -> str:
        sent = self.headers.get(b"authorization")
        ticket = self.query.get("ticket") if self.takes_ticket and sent is None else None
        if ticket is not None:
            return self.service.tickets.owner(ticket, self.scope["path_params"]["instance_id"])
        return owner_of(None if sent is None else sent.decode("latin-1"), api_keys)

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
            InstanceNotFound: the path's part has not the form of an id, so that no key is made of it.
        """
        reference = self.instance(self.scope["path_params"]["instance_id"])
        self.log.instance_id = reference.instance_id
        return reference

    def instance(self, instance_id: str) -> Reference:
        """The caller's instance of the given id.

        Raises:
            InstanceNotFound: it has not the form of an id.
        """
        owner = self.owner
        return Reference(owner, self.dialect.instance_id(instance_id))

    def checkpoint(self, checkpoint_id: str | None) -> Reference:
        """The checkpoint of the given id, or else the one that the path names, of the path's instance.

        Raises:
            InstanceNotFound, CheckpointNotFound: a part has not the form of an id.
        """
        reference = self.reference
        given = self.scope["path_params"]["checkpoint_id"] if checkpoint_id is None else checkpoint_id
        if not UUID.fullmatch(given):
            raise CheckpointNotFound
        return reference._replace(checkpoint_id=given)

    @property
    def if_match(self) -> int | None:
        """The revision on which the call is conditional.

        Raises:
            InvalidValue: the header is no ETag of an instance.
        """
        sent = self.headers.get(b"if-match")
        return None if sent is None else _revision(sent.decode("latin-1"))

    @property
    def keyed(self) -> Keyed | None:
        """The idempotency key that the call came with, and what it came with.

        Raises:
            InvalidValue: the key is empty or over 255 characters.
        """
        sent = self.headers.get(b"idempotency-key")
        if sent is None:
            return None
        key = sent.decode("latin-1")
        if not 0 < len(key) <= _LONGEST_KEY:
            raise InvalidValue(f"Idempotency-Key has {len(key)} characters; send 1 to {_LONGEST_KEY}.")
        path = self.scope["path"].rstrip("/").encode()
        return Keyed.of(self.owner, key, self.scope["method"].encode(), path, self.raw)

    async def apply(self, operation: Operation) -> Response:
        """Carry out the operation on the instance of the path; its reply with the revision that it left."""
        outcome = await self.service.session.call(
            self.reference,
            operation,
            self.encoding,
            if_match=self.if_match,
            keyed=self.keyed,
            timing=self.log.timing,
        )
        self.log.revision = outcome.header.revision
        encoded: Encoded = outcome.reply
        head = [*encoded.head, _etag(outcome.header.revision)]
        if outcome.replayed:
            head.append(_REPLAYED)
        if outcome.other_cpu is not None:
            warning = WARNING.format(there=outcome.other_cpu, here=outcome.header.cpu)
            head.append((b"warning", warning.encode()))
        return Reply(encoded.content, 200, head)

    def reply(
        self,
        content: Any,
        status: int = 200,
        headers: dict[str, str] | None = None,
        *,
        revision: int | None = None,
        replayed: bool = False,
    ) -> Response:
        """A reply that no operation on an environment made; `revision` is that of the instance it is about."""
        encoded = self.encoding(content)
        head = [*encoded.head]
        if revision is not None:
            head.append(_etag(revision))
        if replayed:
            head.append(_REPLAYED)
        head.extend((name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items())
        return Reply(encoded.content, status, head)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body, of at most `limit` bytes.

    Raises:
        BodyTooLarge: it is longer.
    """
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        parts.append(part)
        length += len(part)
        if length > limit:
            raise BodyTooLarge(
                f"The body is over {limit} bytes (GYM_HTTP_MAX_BODY_BYTES); send less.", limit=limit
            )
        if not message.get("more_body", False):
            return b"".join(parts)


def _etag(revision: int) -> tuple[bytes, bytes]:
    return b"etag", b'"%d"' % revision


def _revision(if_match: str) -> int | None:
    if if_match.strip() == "*":
        return None
    revision = _REVISION.fullmatch(if_match.strip())
    if revision is None:
        raise InvalidValue(f'If-Match is {if_match!r}; send an ETag of this instance as it came, such as "17".')
    return int(revision[1])
