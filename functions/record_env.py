"""POST /v1/envs/{instance_id}/record/: begin or end to record an environment's calls."""

from mangum import Mangum

from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import CALL_ERRORS, Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.recording import RecordBody
from shared.wire.messages.replies import RecordReply

router = Router()


@router.post(
    "/v1/envs/{instance_id}/record/",
    summary="Record an environment's calls",
    call="record",
    body=RecordBody,
    reply=RecordReply,
    example={"on": True},
    errors=CALL_ERRORS,
    tag="history",
)
async def record_env(request: Request[RecordBody]) -> Response:
    """Record every call from now on, or no longer. What was recorded stays; the environment does not change."""
    return await request.apply(operations.record("on" if request.body.on else "off", request.body.name))


app = create_app(router)
handler = Mangum(app, lifespan="off")
