"""GET /v1/livez/: whether this process serves. It asks nothing, so a store that is away restarts no server."""

from mangum import Mangum

from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import ProbeReply

router = Router()


@router.get(
    "/v1/livez/",
    summary="Check the process",
    reply=ProbeReply,
    example={"status": "ok"},
    tag="service",
)
async def livez(request: Request[None]) -> Response:
    """Answer, which only a process that serves can. Needs no API key."""
    record: ProbeReply = {"status": "ok"}
    return request.reply(record)


app = create_app(router)
handler = Mangum(app, lifespan="off")
