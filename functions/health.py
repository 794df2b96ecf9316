"""GET /v1/health/: whether the service works."""

from importlib.metadata import version

from mangum import Mangum

from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import HealthReply

router = Router()


@router.get(
    "/v1/health/",
    summary="Check the service",
    reply=HealthReply,
    example={"status": "ok", "store": "sqlite", "version": "0.1.0", "gymnasium": "1.4.0"},
    tag="service",
)
async def health(request: Request[None]) -> Response:
    """Check what `livez` and `readyz` check and that the store works, and show the versions. Needs no API key."""
    await request.service.check_ready()
    await request.service.session.check()
    record: HealthReply = {
        "status": "ok",
        "store": request.service.address.scheme,
        "version": version("gym-http-serverless"),
        "gymnasium": version("gymnasium"),
    }
    return request.reply(record)


app = create_app(router)
handler = Mangum(app, lifespan="off")
