"""POST /v1/envs/{instance_id}/monitor/ticket/: a ticket for what cannot send an API key."""

from datetime import UTC, datetime

from mangum import Mangum

from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import TicketReply
from shared.wire.messages.ticket import TicketBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/monitor/ticket/",
    summary="Get a ticket for an environment",
    body=TicketBody,
    reply=TicketReply,
    example={
        "ticket": "ann.1769861400.hQ1m3kJ1m9y0bqg1lN0o6Yt0bq2o3u4v5w6x7y8z9A0",
        "expires": "2026-01-31T12:10:00+00:00",
    },
    tag="monitor",
)
async def ticket_env(request: Request[TicketBody]) -> Response:
    """Issue a ticket, which is accepted in place of an API key for ten minutes, for this environment alone.

    `monitor/render/` and `monitor/stream/` accept one of the scope `watch`, and a session one of the scope
    `session`: neither an `<img>` nor a page's WebSocket can send an API key, so it sends `?ticket=` instead. A
    stream or a session that has begun outlasts its ticket.
    """
    header = await request.service.session.snapshots.header(request.reference)
    ticket, expires = request.service.tickets.issue(header.reference, request.body.scope)
    ends = datetime.fromtimestamp(expires, UTC).isoformat()
    return request.reply({"ticket": ticket, "expires": ends}, headers={"Cache-Control": "no-store"})


app = create_app(router)
handler = Mangum(app, lifespan="off")
