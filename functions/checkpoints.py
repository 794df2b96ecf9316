"""/v1/envs/{instance_id}/checkpoints/: saved states that an environment can return to."""

from mangum import Mangum

from shared.errors import CheckpointNotFound, KeyReused, QuotaExceeded, ReplyGone, StaleRevision
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.records import checkpoint_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.records import CheckpointReply, CheckpointsReply
from shared.wire.messages.replies import MessageReply
from shared.wire.messages.states import CheckpointBody

router = Router()
_PATH = "/v1/envs/{instance_id}/checkpoints/"
_EXAMPLE = {
    "checkpoint_id": "0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42",
    "name": "before the door",
    "created": "2026-01-31T12:00:00.104881+00:00",
    "revision": 17,
    "episode": 1,
    "steps": 16,
    "episode_return": 16.0,
    "vector_return": None,
}


@router.post(
    _PATH,
    summary="Make a checkpoint",
    call="checkpoint",
    body=CheckpointBody,
    reply=CheckpointReply,
    example=_EXAMPLE,
    errors=(QuotaExceeded, StaleRevision, KeyReused, ReplyGone),
    tag="branching",
)
async def create_checkpoint(request: Request[CheckpointBody]) -> Response:
    """Save the environment's current state. It is kept until it is deleted or the environment is gone."""
    reference, keyed, checkpoints = request.reference, request.keyed, request.service.session.checkpoints
    kept_before = await checkpoints.kept_before(reference, keyed)
    header = kept_before or await checkpoints.keep(reference, request.body.name, request.if_match, keyed)
    replayed = kept_before is not None
    return request.reply(checkpoint_record(header), revision=header.revision, replayed=replayed)


@router.get(
    _PATH,
    summary="List the checkpoints",
    call="checkpoints",
    reply=CheckpointsReply,
    example={"checkpoints": [_EXAMPLE]},
    tag="branching",
)
async def list_checkpoints(request: Request[None]) -> Response:
    """List the environment's checkpoints, oldest first."""
    instance, headers = await request.service.session.checkpoints.list(request.reference)
    return request.reply(
        {"checkpoints": [checkpoint_record(header) for header in headers]}, revision=instance.revision
    )


@router.delete(
    _PATH + "{checkpoint_id}/",
    summary="Delete a checkpoint",
    call="delete_checkpoint",
    reply=MessageReply,
    example={"message": "Checkpoint deleted."},
    errors=(CheckpointNotFound, StaleRevision, KeyReused),
    tag="branching",
)
async def delete_checkpoint(request: Request[None]) -> Response:
    """Delete one of the environment's checkpoints."""
    instance, replayed = await request.service.session.checkpoints.delete(
        request.checkpoint(None), request.if_match, request.keyed
    )
    return request.reply({"message": "Checkpoint deleted."}, revision=instance.revision, replayed=replayed)


app = create_app(router)
handler = Mangum(app, lifespan="off")
