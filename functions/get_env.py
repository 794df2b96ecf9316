"""GET /v1/envs/{instance_id}/: an environment's record."""

from mangum import Mangum

from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.records import INSTANCE_EXAMPLE, instance_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.records import InstanceReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/",
    summary="Show an environment's record",
    call="describe",
    reply=InstanceReply,
    example=INSTANCE_EXAMPLE,
)
async def get_env(request: Request[None]) -> Response:
    """Show what the environment was made from, its progress, and how it is saved. Nothing is restored for it."""
    header = await request.service.session.snapshots.header(request.reference)
    return request.reply(instance_record(header), revision=header.revision)


app = create_app(router)
handler = Mangum(app, lifespan="off")
