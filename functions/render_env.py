"""GET /v1/envs/{instance_id}/monitor/render/: one picture."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import (
    CallTooLong,
    Contended,
    EnvironmentRaised,
    JournalFull,
    NotRenderable,
    ResetNeeded,
    SnapshotTooLarge,
)
from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.request import Request
from shared.wire.messages.replies import RenderReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/monitor/render/",
    summary="Render an environment",
    reply=RenderReply,
    example={
        "render_mode": "ansi",
        "content_type": "text/plain",
        "encoding": "utf-8",
        "data": "  (Down)\nSFFF\nFHFH\nFFFH\nHFFG\n",
    },
    errors=(NotRenderable, ResetNeeded, EnvironmentRaised, CallTooLong, JournalFull, SnapshotTooLarge, Contended),
    tag="monitor",
    query={"ticket": "In place of an API key: what `monitor/ticket/` gave for this environment."},
    takes_ticket=True,
)
async def render_env(request: Request[None]) -> Response:
    """Call `Env.render`: a PNG in base64 for rgb_array, a list of these for rgb_array_list, text for ansi.

    `rgb_array_list` holds the frames since the last call and empties the list, as Gymnasium does.
    """
    return await request.apply(
        operations.render(request.service.settings.max_frame_pixels, as_it_is=request.encoding.exact)
    )


app = create_app(router)
handler = Mangum(app, lifespan="off")
