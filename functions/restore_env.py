"""POST /v1/envs/{instance_id}/restore/: back to a checkpoint."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import CheckpointNotFound, Contended, StaleRevision
from shared.web.application import create_app
from shared.web.records import INSTANCE_EXAMPLE, instance_record
from shared.web.request import Request
from shared.web.routing import Router
from shared.wire.messages import InstanceReply, RestoreBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/restore/",
    summary="Go back to a checkpoint",
    body=RestoreBody,
    reply=InstanceReply,
    example=INSTANCE_EXAMPLE,
    errors=(CheckpointNotFound, StaleRevision, Contended),
    tag="branching",
)
async def restore_env(request: Request[RestoreBody]) -> Response:
    """Make the environment continue from its checkpoint, which stays. Its revision counts on."""
    header = await request.service.session.branching.restore(
        request.checkpoint(request.body.checkpoint_id), if_match=request.if_match
    )
    return request.reply(instance_record(header), headers={"ETag": f'"{header.revision}"'})


app = create_app(router)
handler = Mangum(app, lifespan="off")
