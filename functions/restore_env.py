"""POST /v1/envs/{instance_id}/restore/: return to a checkpoint."""

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    CheckpointNotFound,
    Contended,
    HistoryDamaged,
    InvalidValue,
    KeyReused,
    NotRecorded,
    ReplyGone,
    RevisionNotFound,
    SnapshotDiverged,
    SnapshotIncompatible,
    StaleRevision,
)
from shared.session.history.place import Place
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.records import INSTANCE_EXAMPLE, instance_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.records import InstanceReply
from shared.wire.messages.states import RestoreBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/restore/",
    summary="Restore a checkpoint",
    call="restore",
    body=RestoreBody,
    reply=InstanceReply,
    example=INSTANCE_EXAMPLE,
    errors=(
        *(InvalidValue, CheckpointNotFound, StaleRevision, KeyReused, ReplyGone, Contended),
        *(NotRecorded, RevisionNotFound, HistoryDamaged, CallTooLong, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="branching",
)
async def restore_env(request: Request[RestoreBody]) -> Response:
    """Put the environment into a checkpoint's state, or a recorded revision's. The revision counts on."""
    body, restore = request.body, request.service.session.checkpoints.restore
    if body.revision is None:
        reference, past = request.checkpoint(body.checkpoint_id), None
    else:
        reference = request.reference
        past = request.service.views.history.past(reference, Place.parse(str(body.revision)))
    outcome = await restore(reference, instance_record, request.if_match, request.keyed, past)
    return request.reply(outcome.reply, revision=outcome.header.revision, replayed=outcome.replayed)


app = create_app(router)
handler = Mangum(app, lifespan="off")
