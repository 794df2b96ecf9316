"""GET /v1/envs/{instance_id}/at/{revision}/render/: the picture at a recorded call."""

from typing import Any

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    EnvironmentRaised,
    HistoryDamaged,
    InvalidValue,
    NotRecorded,
    NotRenderable,
    ResetNeeded,
    RevisionNotFound,
    SnapshotDiverged,
    SnapshotIncompatible,
)
from shared.session.calls.operations import shown
from shared.session.history.place import Place
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.encoding import Encoded
from shared.web.protocol.query import MOST_INTEGER, QueryParameter, whole_number
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request, reply_at
from shared.wire.messages.replies import RenderReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/at/{revision}/render/",
    summary="Draw an environment at a recorded call",
    reply=RenderReply,
    query={"env": QueryParameter("Of a vector, which of its environments: 0, the default, and on.", int)},
    example={
        "render_mode": "rgb_array",
        "content_type": "image/png",
        "encoding": "base64",
        "data": "iVBORw0KGgoAAAANSUhEUgAAAlgAAAGQCAIAAAD9V4nPAAAFnElEQVR4nO3bsW0",
    },
    errors=(
        *(InvalidValue, NotRecorded, RevisionNotFound, ResetNeeded, NotRenderable, HistoryDamaged),
        *(EnvironmentRaised, CallTooLong, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="history",
)
async def at_render(request: Request[None]) -> Response:
    """The picture at this revision, in PNG, as `RecordVideo` would have recorded it.

    It is drawn by a copy, from the episode's reset on, whatever the environment's render mode is.
    """
    place = Place.parse(request.scope["path_params"]["revision"])
    env = whole_number("env", request.query.get("env"), 0, MOST_INTEGER, 0)
    max_pixels = request.service.settings.max_frame_pixels

    def tell(mode: str, frame: Any) -> Encoded:
        return request.encoding(shown(frame, mode, max_pixels, as_it_is=request.encoding.exact))

    with request.log.timing.replaying():
        header, encoded = await request.service.views.frames.frame(request.reference, env, place, tell)
    return reply_at(encoded, header.revision)


app = create_app(router)
handler = Mangum(app, lifespan="off")
