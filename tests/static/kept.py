"""Serves the application with pages that a browser keeps without asking for them again.

A page is up to sixty files, and each visitor of a test would ask whether any has changed. What the product sends
instead is tested in tests/shared/web/app/test_pages.py.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.local import app as _application

_FILES = (".js", ".css", ".svg")
_HEADER = b"cache-control"


def keeping(application: ASGIApp) -> ASGIApp:
    """The same application, whose files are kept for an hour."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(_FILES):
            await application(scope, receive, send)
            return

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(name, value) for name, value in message["headers"] if name.lower() != _HEADER]
                message = {**message, "headers": [*headers, (_HEADER, b"max-age=3600")]}
            await send(message)

        await application(scope, receive, send_kept)

    return answer


app = keeping(_application)
