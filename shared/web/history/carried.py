"""Replies of the past that may be long: sent, or fetched from the store where Lambda cannot carry them."""

from http import HTTPStatus
from typing import Any

from starlette.responses import RedirectResponse

from shared.errors import ReplyTooLarge
from shared.session.stored.header import Header
from shared.web.protocol.encoding import JSON_TYPE, Encoded
from shared.web.protocol.lambda_limits import check_reply_size, is_lambda
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request, reply_at

_CARRIED = {b"content-type": "Content-Type", b"content-encoding": "Content-Encoding"}


async def carried(request: Request[Any], header: Header, encoded: Encoded, advice: str) -> Response:
    """The reply, or where Lambda cannot carry it, 303 See Other to a copy of it in the store.

    `advice` says how to ask for less where the store gives no addresses.

    Raises:
        ReplyTooLarge: it can neither be sent nor fetched.
    """
    if not is_lambda(request.scope):
        return reply_at(encoded, header.revision)
    head = {_CARRIED[name]: value.decode() for name, value in encoded.head if name in _CARRIED}
    try:
        check_reply_size(encoded.content, head == {"Content-Type": JSON_TYPE}, advice)
        return reply_at(encoded, header.revision)
    except ReplyTooLarge:
        address = await request.service.views.history.copies.address(header, encoded.content, head)
        if address is None:
            raise
        return RedirectResponse(address, HTTPStatus.SEE_OTHER, {"cache-control": "no-store"})
