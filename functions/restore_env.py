"""POST /v1/envs/{instance_id}/restore/: return to a checkpoint."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import CheckpointNotFound, Contended, KeyReused, ReplyGone, StaleRevision
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.records import INSTANCE_EXAMPLE, instance_record
from shared.web.protocol.request import Request
from shared.wire.messages.records import InstanceReply
from shared.wire.messages.requests import RestoreBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/restore/",
    summary="Restore a checkpoint",
    call="restore",
    body=RestoreBody,
    reply=InstanceReply,
    example=INSTANCE_EXAMPLE,
    errors=(CheckpointNotFound, StaleRevision, KeyReused, ReplyGone, Contended),
    tag="branching",
)
async def restore_env(request: Request[RestoreBody]) -> Response:
    """Put the environment into the checkpoint's state. The checkpoint stays; the revision counts on."""
    outcome = await request.service.session.checkpoints.restore(
        request.checkpoint(request.body.checkpoint_id), instance_record, request.if_match, request.keyed
    )
    return request.reply(outcome.reply, revision=outcome.header.revision, replayed=outcome.replayed)


app = create_app(router)
handler = Mangum(app, lifespan="off")
