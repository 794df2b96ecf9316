"""POST /v1/envs/{instance_id}/verify/: replay what was recorded of an environment, and compare."""

import math
from typing import Any

from mangum import Mangum

from shared.errors import CallTooLong, HistoryDamaged, NotRecorded, SnapshotIncompatible
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.recording import VerifyBody
from shared.wire.messages.replies import VerifyReply

router = Router()

_MOST_SECONDS = 10.0
"""After so long a reply tells where to go on, well before a proxy or Lambda gives up."""


@router.post(
    "/v1/envs/{instance_id}/verify/",
    summary="Verify an environment's recorded calls",
    call="verify",
    body=VerifyBody,
    reply=VerifyReply,
    example={"verified": True, "calls": 812, "next": None},
    errors=(NotRecorded, HistoryDamaged, CallTooLong, SnapshotIncompatible),
    tag="history",
)
async def verify_env(request: Request[VerifyBody]) -> Response:
    """Make every recorded call again on a copy, and compare all that it returns with the log.

    A log that takes over ten seconds is verified in parts: send `next` as `from` until it is null.
    """
    session = request.service.session
    seconds = min(_MOST_SECONDS, session.limit.seconds() / 2)
    seconds = seconds if math.isfinite(seconds) else _MOST_SECONDS
    with request.log.timing.replaying():
        header, verified = await request.service.views.history.verify(
            request.reference, request.body.from_, seconds
        )
    reply: dict[str, Any] = {
        "verified": verified.difference is None,
        "calls": verified.calls,
        "next": verified.next,
    }
    if verified.difference is not None:
        reply |= {"at": str(verified.difference.place), "reason": verified.difference.what}
    return request.reply(reply, revision=header.revision)


app = create_app(router)
handler = Mangum(app, lifespan="off")
