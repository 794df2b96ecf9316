"""Telling whether the client went before its reply."""

import asyncio

from starlette.types import Receive

CLIENT_GONE = 499
"""The status in the log, as nginx has it, where the client went before its reply."""

_MOMENT_S = 0.2
"""In this time a server notices that a connection is closed."""


async def is_gone(receive: Receive) -> bool:
    """Whether the client is gone, as far as the server learns within a moment."""
    try:
        message = await asyncio.wait_for(receive(), _MOMENT_S)
    except TimeoutError:
        return False
    return bool(message["type"] == "http.disconnect")
