"""DELETE /v1/envs/{instance_id}/: close an environment."""

from mangum import Mangum

from shared.errors import Contended, KeyReused, StaleRevision
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import MessageReply

router = Router()


@router.delete(
    "/v1/envs/{instance_id}/",
    summary="Close an environment",
    call="close",
    reply=MessageReply,
    example={"message": "Environment closed and deleted."},
    errors=(StaleRevision, KeyReused, Contended),
)
async def close_env(request: Request[None]) -> Response:
    """Close the environment, and delete its snapshot and checkpoints. Closing it again is a 404."""
    replayed = await request.service.session.closing.close(request.reference, request.if_match, request.keyed)
    return request.reply({"message": "Environment closed and deleted."}, replayed=replayed)


app = create_app(router)
handler = Mangum(app, lifespan="off")
