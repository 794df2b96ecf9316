"""GET /v1/envs/{instance_id}/snapshot/: an environment as a file."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import CheckpointNotFound, ReplyTooLarge
from shared.session.lifecycle.snapshot_file import MEDIA_TYPE
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.lambda_limits import check_reply_size, is_lambda
from shared.web.protocol.request import Request

router = Router()


@router.get(
    "/v1/envs/{instance_id}/snapshot/",
    summary="Download a snapshot",
    reply=None,
    errors=(CheckpointNotFound, ReplyTooLarge),
    tag="branching",
    query={"checkpoint_id": "Of this checkpoint, and not of the current state."},
    media_type=MEDIA_TYPE,
)
async def snapshot_env(request: Request[None]) -> Response:
    """Download the environment's state as a signed file. `POST /v1/envs/` makes an instance of it.

    That may be on another server, which has the same signing keys. The environment stays as it is.
    """
    checkpoint_id = request.query.get("checkpoint_id")
    reference = request.reference if checkpoint_id is None else request.checkpoint(checkpoint_id)
    file, header = await request.service.session.travel.file(reference)
    if is_lambda(request.scope):
        check_reply_size(file, text=False, advice="move the instance by `python -m functions.transfer`")
    name = f"{header.instance_id}-{header.revision}.snapshot"
    headers = {
        "ETag": f'"{header.revision}"',
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(file, media_type=MEDIA_TYPE, headers=headers)


app = create_app(router)
handler = Mangum(app, lifespan="off")
