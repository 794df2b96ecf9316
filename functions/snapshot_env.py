"""GET /v1/envs/{instance_id}/snapshot/: an environment as a file."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import (
    CallTooLong,
    CheckpointNotFound,
    HistoryDamaged,
    InvalidValue,
    NotRecorded,
    ReplyTooLarge,
    RevisionNotFound,
    SnapshotDiverged,
    SnapshotIncompatible,
)
from shared.session.history.place import Place
from shared.session.lifecycle.checkpoints import Past
from shared.session.lifecycle.snapshot_file import MEDIA_TYPE
from shared.session.stored.reference import Reference
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.lambda_limits import check_reply_size, is_lambda
from shared.web.protocol.request import Request

router = Router()


@router.get(
    "/v1/envs/{instance_id}/snapshot/",
    summary="Download a snapshot",
    reply=None,
    errors=(
        *(InvalidValue, CheckpointNotFound, ReplyTooLarge),
        *(NotRecorded, RevisionNotFound, HistoryDamaged, CallTooLong, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="branching",
    query={
        "checkpoint_id": "Of this checkpoint, and not of the current state.",
        "revision": "Of this recorded revision, `R`, or of call k within it, `R.k`.",
    },
    media_type=MEDIA_TYPE,
)
async def snapshot_env(request: Request[None]) -> Response:
    """Download the environment's state as a signed file. `POST /v1/envs/` makes an instance of it.

    That may be on another server, which has the same signing keys. The environment stays as it is. A recorded
    revision can be downloaded as long as the history is kept, after the environment was closed too.
    """
    reference, past = _asked(request)
    file, header = await request.service.session.travel.file(reference, past)
    if is_lambda(request.scope):
        check_reply_size(file, text=False, advice="move the instance by `python -m functions.transfer`")
    name = f"{header.instance_id}-{request.query.get('revision') or header.revision}.snapshot"
    headers = {
        "ETag": f'"{header.revision}"',
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(file, media_type=MEDIA_TYPE, headers=headers)


def _asked(request: Request[None]) -> tuple[Reference, Past | None]:
    """The instance or its checkpoint, and what gives a recorded state, if one is asked for."""
    checkpoint_id, revision = (request.query.get(name) for name in ("checkpoint_id", "revision"))
    if revision is None:
        return (request.reference if checkpoint_id is None else request.checkpoint(checkpoint_id)), None
    if checkpoint_id is not None:
        raise InvalidValue("A file is of one state; send either checkpoint_id or revision.")
    return request.reference, request.service.views.history.past(request.reference, Place.parse(revision))


app = create_app(router)
handler = Mangum(app, lifespan="off")
