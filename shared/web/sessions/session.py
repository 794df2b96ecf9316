"""A session: the calls on one instance as the messages of one WebSocket, made and answered in order.

It is HTTP's call in another envelope. Each message becomes the request that the same call would be over HTTP, the
same handler answers it, and the reply is that of HTTP with its headers as members.
"""

import logging
from collections import deque
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.types import Scope

from shared.errors import ChainBroken, GymHTTPError, InvalidRequest
from shared.session.calls.call import InstanceCall
from shared.session.calls.operations import Step
from shared.session.calls.outcome import Outcome
from shared.session.stored.header import RECENT_CALLS
from shared.session.stored.idempotency import Keyed, KeyMaker
from shared.session.stored.reference import Reference
from shared.web.app.routing import Endpoint, Router
from shared.web.observe.request_log import RequestLog
from shared.web.protocol.conditions import keyed_of
from shared.web.protocol.content_coding import too_large
from shared.web.protocol.encoding import parse_body
from shared.web.protocol.problems import INTERNAL, PROBLEMS, internal_members, told
from shared.web.protocol.reply import Reply
from shared.web.protocol.request import Request, warning_of
from shared.web.sessions.forms import Envelope, Form, Message
from shared.web.sessions.quick_step import Stepping, reading_of
from shared.web.sockets.socket import Socket
from shared.web.sockets.upgrade import Upgrade

_METHOD = "WS"
"""In the log and the metrics: what came as a message, beside the same calls by HTTP's methods."""

_TOLD = {b"idempotency-replayed": "replayed", b"warning": "warning"}
"""Headers of HTTP's reply that are members here."""

_log = logging.getLogger(__name__)

Calls = Mapping[str, Endpoint]
"""The calls that messages can make, by their names."""


def calls_of(routers: Iterable[Router]) -> Calls:
    """The calls on an instance that the routers' endpoints declare."""
    return {each.call: each for router in routers for each in router.endpoints if each.call}


class SessionRequest(Request[Any]):
    """A call of a session, as HTTP's handlers see it."""

    given_key: Keyed | None = None
    expected: int | None = None

    @property
    def keyed(self) -> Keyed | None:
        """The message's `key`, and what it came with."""
        return self.given_key

    @property
    def if_match(self) -> frozenset[int] | None:
        """The message's `if_match`."""
        return None if self.expected is None else frozenset((self.expected,))


class Session:
    """One session under way."""

    def __init__(self, upgrade: Upgrade, owner: str, form: Form, calls: Calls) -> None:
        """Serve the calls on the instance that the upgrade's path names, whose owner has been checked."""
        self._scope = {**upgrade.scope, "type": "http", "root_path": "", "query_string": b""}
        self._service = upgrade.service
        self._upgraded = upgrade.log
        self._owner = owner
        self._form = form
        self._calls = calls
        self._scopes: dict[str, Scope] = {}
        self._reference = Reference(owner, self._scope["path_params"]["instance_id"])
        self._stepping = reading_of(form)
        self._make_key: KeyMaker | None = None
        """Makes the keys of steps, once one has come."""
        self._unacknowledged: deque[tuple[int, bytes]] = deque(maxlen=RECENT_CALLS)
        """Number and digest of the key of each call whose reply the client may still ask for."""
        self._acknowledged: dict[bytes, None] = {}
        """Digests of the keys of those for which it has said that it will not."""
        self._succeeded = False
        """Whether the call before has succeeded."""

    async def serve(self, socket: Socket) -> None:
        """Answer message after message until the client is gone or this server ends.

        A message that is not a call is answered with a problem, and the next is read.

        Raises:
            SocketGone: the client left before a reply; its call was carried through.
        """
        while (message := await socket.receive()) is not None:
            await socket.send(await self._answered(message))

    async def _answered(self, message: str | bytes) -> str | bytes:
        form = self._form
        log = RequestLog({}, self._upgraded.request_id, owner=self._owner, method=_METHOD)
        log.endpoint = self._upgraded.endpoint
        number: int | None = None
        try:
            stepping = self._stepping(message)
            if stepping is not None:
                number = stepping.envelope.id
                log.request_id = f"{log.request_id}.{number}"
                outcome = await self._stepped(stepping, log)
                log.status, self._succeeded = HTTPStatus.OK.value, True
                return form.told({"id": number, **_members_beside(outcome)}, outcome.reply.content)
            try:
                read = form.read(message)
            except InvalidRequest:
                number = form.number(message)
                raise
            number = read.envelope.id
            log.request_id = f"{log.request_id}.{number}"
            response = await self._called(read, log)
            log.status, self._succeeded = response.status_code, True
            return form.told(
                {"id": number, **_members_of(response, self._calls[read.envelope.call])}, response.body
            )
        except GymHTTPError as error:
            log.status, log.problem = PROBLEMS[type(error)]
            problem = told(error)
        except Exception:  # our own fault, whatever it is: in the log, and a problem for the caller
            _log.exception("A call of %s failed", log.endpoint)
            log.status, log.problem = INTERNAL
            problem = internal_members()
        finally:
            self._service.notes.add(log)
        self._succeeded = False
        return form.told({"id": number, "problem": problem})

    async def _stepped(self, stepping: Stepping, log: RequestLog) -> Outcome:
        """What a step comes to, called as its handler calls it."""
        envelope, service, encoding = stepping.envelope, self._service, self._form.encoding
        self._check_chain(envelope)
        endpoint = self._calls[envelope.call]
        log.endpoint, log.instance_id = endpoint.path, self._reference.instance_id
        scope = self._scope_of(endpoint, Message(envelope, {}))
        make = self._make_key = self._make_key or KeyMaker(self._owner, *_sent_in(scope))
        if service.traces is not None:
            log.timing = service.traces.timing(log.timing.began, scope)
        if len(stepping.body) > service.settings.max_body_bytes:
            raise too_large(service.settings.max_body_bytes)
        call = InstanceCall(
            self._reference,
            Step(stepping.action, as_it_is=encoding.exact),
            encoding,
            envelope.if_match,
            self._keyed(envelope, scope, stepping.body, make),
            self._acknowledged,
        )
        outcome = await service.session.call(call, log.timing)
        log.revision = outcome.header.revision
        return outcome

    def _check_chain(self, envelope: Envelope) -> None:
        if envelope.chain and not self._succeeded:
            raise ChainBroken("The call before this one in the session did not succeed, so this one was not made.")

    async def _called(self, message: Message, log: RequestLog) -> Reply:
        """What the call's handler replies."""
        envelope, service, form = message.envelope, self._service, self._form
        endpoint = self._calls.get(envelope.call)
        if endpoint is None:
            raise InvalidRequest(
                f"call is {envelope.call[:40]!r}; the calls are {', '.join(sorted(self._calls))}."
            )
        self._check_chain(envelope)
        log.endpoint = endpoint.path
        scope = self._scope_of(endpoint, message)
        if service.traces is not None:
            log.timing = service.traces.timing(log.timing.began, scope)
        raw = b"" if endpoint.form is None else form.body(message.members)
        if len(raw) > service.settings.max_body_bytes:
            raise too_large(service.settings.max_body_bytes)
        body = None if endpoint.form is None else parse_body(endpoint.form, raw, form.headers)
        keyed = self._keyed(envelope, scope, raw)
        request = SessionRequest(
            scope,
            service,
            log,
            body,
            form.encoding,
            form.headers,
            raw,
            acknowledged=self._acknowledged,
            given_key=keyed,
            expected=envelope.if_match,
        )
        reply = await endpoint.handler(request)
        assert isinstance(reply, Reply)  # a stream would be no message
        return reply

    def _keyed(self, envelope: Envelope, scope: Scope, raw: bytes, make: KeyMaker | None = None) -> Keyed | None:
        """The message's key with what it came with, as over HTTP; what `ack` says of earlier ones is noted.

        `make` is the maker of such keys, if there is one.
        """
        waiting = self._unacknowledged
        while envelope.ack is not None and waiting and waiting[0][0] <= envelope.ack:
            self._acknowledged[waiting.popleft()[1]] = None
            if len(self._acknowledged) > RECENT_CALLS:
                del self._acknowledged[next(iter(self._acknowledged))]
        if envelope.key is None:
            return None
        if make is not None and envelope.key.isascii():
            keyed = make(envelope.key, raw)
        else:
            keyed = keyed_of(self._owner, envelope.key.encode(), *_sent_in(scope), raw)
        waiting.append((envelope.id, keyed.key))
        self._acknowledged.pop(keyed.key, None)  # used once more, for another call
        return keyed

    def _scope_of(self, endpoint: Endpoint, message: Message) -> Scope:
        """The scope that the call would have over HTTP."""
        scope = self._scopes.get(endpoint.call)
        if scope is not None:
            return scope
        named = {name: raw for name, raw in message.members.items() if f"{{{name}}}" in endpoint.path}
        values = {name: str(self._form.value(raw)) for name, raw in named.items()}
        parameters = {"checkpoint_id": "", **values, **self._scope["path_params"]}
        path = endpoint.path.format(**parameters)
        scope = {**self._scope, "method": endpoint.method, "path": path, "path_params": parameters}
        if not named:
            self._scopes[endpoint.call] = scope
        return scope


def _sent_in(scope: Scope) -> tuple[bytes, bytes]:
    """What a key comes with beside the body, as over HTTP."""
    return scope["method"].encode(), scope["path"].rstrip("/").encode()


def _members_beside(outcome: Outcome) -> dict[str, Any]:
    """What HTTP's headers would say of a call's outcome."""
    members: dict[str, Any] = {"revision": outcome.header.revision}
    if outcome.replayed:
        members["replayed"] = True
    if outcome.moved is not None:
        members["warning"] = warning_of(outcome.moved)
    return members


def _members_of(response: Reply, endpoint: Endpoint) -> dict[str, Any]:
    """What HTTP's headers say of the reply, unless the reply says it itself."""
    members: dict[str, Any] = {}
    for name, value in response.raw_headers:
        if name == b"etag":
            if "revision" in getattr(endpoint.reply, "__annotations__", ()):
                continue
            members["revision"] = int(value[1:-1])
        elif name in _TOLD:
            members[_TOLD[name]] = True if value == b"true" else value.decode("latin-1")
    return members
