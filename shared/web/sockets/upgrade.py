"""A request to become a WebSocket: who sends it, what it offers, and how it is accepted or refused.

A page cannot give a WebSocket headers. So an API key may also come as the subprotocol `bearer.` with the key in
base64url, which is never named in the reply, and where an endpoint takes them, a ticket may come in the query.
"""

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from shared.errors import ServerEnding, Unauthorized
from shared.settings import PUBLIC
from shared.web.observe.request_log import REQUEST_ID, RequestLog
from shared.web.protocol.reply import Reply
from shared.web.service.auth import owner_of
from shared.web.service.service import Service
from shared.web.sockets.socket import Socket, SocketGone

_BEARER = "bearer."
_SWITCHING = 101
_HTTP_RESPONSE = "websocket.http.response"


class Upgrade:
    """A request to become a WebSocket, whose `Host` and `Origin` are admitted."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, service: Service, log: RequestLog) -> None:
        self.scope = scope
        self.service = service
        self.log = log
        """What is noted of the request; of the messages that follow nothing is noted here."""
        self.accepted = False
        """Whether it has become a WebSocket, which can no longer be refused."""
        self._receive = receive
        self._send = send
        self._offered: Sequence[str] = scope.get("subprotocols") or ()
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self._ticket = query.get("ticket", [None])[-1]
        self.arrays = query.get("arrays", [""])[-1]
        """`?arrays=` as it was sent; empty without."""
        # Servers write the address of a WebSocket into their log.
        scope["query_string"] = b""

    @property
    def subprotocols(self) -> Sequence[str]:
        """The subprotocols that the client offers, in its order, without one that carries a key."""
        return [name for name in self._offered if not name.startswith(_BEARER)]

    def owner(self, instance_id: str | None = None) -> str:
        """Whose instances may be called: by the API key, or by a ticket for sessions with `instance_id`, if given.

        Raises:
            Unauthorized: API keys are set, and the request has neither.
        """
        api_keys = self.service.settings.api_keys
        if not api_keys:
            return PUBLIC
        sent = self.log.headers.get(b"authorization")
        if sent is not None:
            return owner_of(sent.decode("latin-1"), api_keys)
        offered = [name for name in self._offered if name.startswith(_BEARER)]
        if offered:
            return owner_of(f"Bearer {_secret(offered[0])}", api_keys)
        if self._ticket is not None and instance_id is not None:
            return self.service.tickets.owner(self._ticket, instance_id, "session")
        return owner_of(None, api_keys)

    @asynccontextmanager
    async def accept(self, subprotocol: str | None) -> AsyncIterator[Socket]:
        """Let it become a WebSocket of this subprotocol, which is open within the block and closed after it.

        Raises:
            ServerEnding: this server was told to end.
            SocketsFull: as many are open as may be.
            SocketGone: the client has left meanwhile.
        """
        ending = self.service.ending
        if ending.told:
            raise ServerEnding("This server was told to end; connect to another one.", retry_after=1)
        with self.service.sockets.one():
            socket = Socket(self._receive, self._send, ending)
            await self._begin(subprotocol)
            try:
                yield socket
            except BaseException:
                await socket.end(failed=True)
                raise
            await socket.end()

    async def refuse(self, response: Reply) -> None:
        """Answer with an HTTP response instead: `websocket.http.response` of ASGI, or else 403 without a body."""
        self.log.status = response.status_code
        if (await self._receive())["type"] != "websocket.connect":
            return
        if _HTTP_RESPONSE not in (self.scope.get("extensions") or {}):
            await self._send({"type": "websocket.close"})
            return
        start = {"status": response.status_code, "headers": response.raw_headers}
        await self._send({"type": f"{_HTTP_RESPONSE}.start", **start})
        await self._send({"type": f"{_HTTP_RESPONSE}.body", "body": response.body})

    async def _begin(self, subprotocol: str | None) -> None:
        if (await self._receive())["type"] != "websocket.connect":
            raise SocketGone
        head = [(REQUEST_ID, self.log.request_id.encode())]
        self.accepted = True
        try:
            await self._send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": head})
        except OSError as error:
            raise SocketGone from error
        self.log.status = _SWITCHING
        self.service.notes.add(self.log)


def _secret(subprotocol: str) -> str:
    encoded = subprotocol.removeprefix(_BEARER)
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeError):
        raise Unauthorized(
            "The subprotocol that begins with `bearer.` goes on with the API key in base64url, and this is none."
        ) from None
