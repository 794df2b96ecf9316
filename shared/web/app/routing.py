"""What an endpoint is, declared once: from it come the route that serves it and the operation that documents it.

`Application` serves the endpoints, and `openapi` documents them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec.structs import force_setattr, replace

from shared.errors import (
    CallTooLong,
    Contended,
    EnvironmentRaised,
    GymHTTPError,
    JournalFull,
    KeyReused,
    ReplyGone,
    SnapshotTooLarge,
    StaleRevision,
)
from shared.settings import Settings
from shared.web.bodies.form import BodyForm
from shared.web.protocol.dialect import V1, Dialect
from shared.web.protocol.encoding import JSON_TYPE
from shared.web.protocol.query import QueryParameter
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request

if TYPE_CHECKING:
    from shared.web.sockets.upgrade import Upgrade

BodyT = TypeVar("BodyT")
Handler = Callable[[Request[BodyT]], Awaitable[Response]]
SocketHandler = Callable[["Upgrade"], Awaitable[None]]

CALL_ERRORS = (
    *(EnvironmentRaised, CallTooLong, JournalFull, SnapshotTooLarge),
    *(StaleRevision, KeyReused, ReplyGone, Contended),
)
"""What any call may be refused with that changes an environment; an operation may add its own."""


class FileBody(msgspec.Struct, frozen=True):
    """A file that an endpoint takes as it is in place of its other body, where `Content-Type` names its type."""

    media_type: str
    most_bytes: Callable[[Settings], int]
    """The largest file that is read."""
    too_large: Callable[[int], GymHTTPError]
    """From that size to the error of a larger one."""


class Endpoint(msgspec.Struct, frozen=True):
    """One operation: its method and path, its body and reply, and the handler that carries it out."""

    method: str
    path: str
    handler: Handler[Any]
    summary: str
    reply: Any
    example: Any = None
    """A reply of a real run of the service."""
    body: Any = None
    file: FileBody | None = None
    """A file that may come in place of the body."""
    errors: tuple[type[GymHTTPError], ...] = ()
    tag: str = "environments"
    media_type: str = JSON_TYPE
    status: int = 200
    """The status of a success."""
    dialect: Dialect = V1
    query: Mapping[str, str | QueryParameter] = msgspec.field(default_factory=dict)
    """Optional query parameters. One with a description alone may be any text."""
    takes_ticket: bool = False
    """Whether `?ticket=` may stand in place of the API key."""
    also: Mapping[int, str] = msgspec.field(default_factory=dict)
    """Other statuses of a success, each with when it is given. They have no body: generated clients read one."""
    may_be_elsewhere: bool = False
    """Whether a reply that Lambda cannot carry is 303 See Other to a copy of it in the store."""
    call: str = ""
    """The name of this call in a session's messages; empty where a session has it not."""
    form: BodyForm | None = None
    """What reads a body; None where none is declared. It follows from `body`."""

    def __post_init__(self) -> None:
        force_setattr(self, "form", BodyForm(self.body) if self.body else None)


class SocketEndpoint(msgspec.Struct, frozen=True):
    """A path whose requests may become a WebSocket, and what then serves it."""

    path: str
    handler: SocketHandler


class Router:
    """The endpoints of one module, and what all of them have in common."""

    def __init__(self, **common: Any) -> None:
        self.endpoints: list[Endpoint] = []
        self.sockets: list[SocketEndpoint] = []
        self._common = common

    def under(self, prefix: str) -> "Router":
        """The same endpoints with the prefix before their paths."""
        moved = Router()
        moved.endpoints = [replace(endpoint, path=prefix + endpoint.path) for endpoint in self.endpoints]
        return moved

    def get(self, path: str, **declared: Any) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        """Declare the decorated function the handler of GET."""
        return self._declare("GET", path, declared)

    def post(self, path: str, **declared: Any) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        """Declare the decorated function the handler of POST."""
        return self._declare("POST", path, declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        """Declare the decorated function the handler of DELETE."""
        return self._declare("DELETE", path, declared)

    def socket(self, path: str) -> Callable[[SocketHandler], SocketHandler]:
        """Declare the decorated function the handler of WebSockets at the path."""

        def decorate(handler: SocketHandler) -> SocketHandler:
            self.sockets.append(SocketEndpoint(path, handler))
            return handler

        return decorate

    def _declare(
        self, method: str, path: str, declared: dict[str, Any]
    ) -> Callable[[Handler[BodyT]], Handler[BodyT]]:
        def decorate(handler: Handler[BodyT]) -> Handler[BodyT]:
            self.endpoints.append(Endpoint(method, path, handler, **self._common, **declared))
            return handler

        return decorate
