"""Servers that fail: what a fault does to a request or its reply, and those who never answer."""

from collections.abc import Callable

import httpx
from gymnasium_http import Connection

REFUSED = "http://127.0.0.1:9"
"""The port of a service that no machine of today offers."""


class Faulty(httpx.BaseTransport):
    """HTTPX's own transport, but for what a fault does to a request or its reply."""

    def __init__(self, fault: Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]) -> None:
        self._transport = httpx.HTTPTransport()
        self._fault = fault

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._fault(request, lambda: self._transport.handle_request(request))

    def close(self) -> None:
        self._transport.close()


def answer(status: int, name: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, json={"type": f"urn:gym-http:problem:{name}", "detail": "No."})


class Lossy:
    """Lets requests through, but loses the first replies to each that is sent under a new key."""

    def __init__(self, losses: int, loss: Callable[[httpx.Request], httpx.Response]) -> None:
        self._losses, self._loss = losses, loss
        self.sent: dict[str, int] = {}

    def __call__(self, request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        reply = send()
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return reply
        self.sent[key] = self.sent.get(key, 0) + 1
        if self.sent[key] > self._losses:
            return reply
        reply.read()
        reply.close()
        return self._loss(request)


def cut(request: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("cut short", request=request)


def late(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("late", request=request)


def replying(*replies: httpx.Response) -> Connection:
    """A connection to a server that gives these replies in turn, and the last for ever."""
    waiting = list(replies)

    def fault(request: httpx.Request, send: object) -> httpx.Response:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return Connection("http://example", patience=0.3, transport=lambda: Faulty(fault))
