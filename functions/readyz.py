"""GET /v1/readyz/: whether this process should be sent calls."""

from mangum import Mangum

from shared.errors import ServerEnding
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import ProbeReply

router = Router()


@router.get(
    "/v1/readyz/",
    summary="Check whether to send calls here",
    reply=ProbeReply,
    example={"status": "ok"},
    errors=(ServerEnding,),
    tag="service",
)
async def readyz(request: Request[None]) -> Response:
    """Ask the store for an object, and be 503 once the server was told to end. Needs no API key."""
    await request.service.check_ready()
    record: ProbeReply = {"status": "ok"}
    return request.reply(record)


app = create_app(router)
handler = Mangum(app, lifespan="off")
