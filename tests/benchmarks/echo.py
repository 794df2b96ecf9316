"""The floor: an ASGI application that reads a request and answers with as many bytes as a CartPole step."""

from starlette.types import Receive, Scope, Send

_REPLY = (
    b'{"observation":[0.02727336250245571,0.18847766518592834,0.036254528909921646,-0.26141977310180664],'
    b'"reward":1.0,"terminated":false,"truncated":false,"info":{}}'
)
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(_REPLY)).encode())]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request with the same reply."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _REPLY})
