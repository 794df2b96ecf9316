"""GET /v1/envs/{instance_id}/monitor/render/: look at an environment."""

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    EnvironmentRaised,
    JournalFull,
    NotRenderable,
    ResetNeeded,
)
from shared.session.monitor.look import look
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request, reply_of
from shared.wire.messages.replies import RenderReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/monitor/render/",
    summary="Look at an environment",
    call="look",
    reply=RenderReply,
    example={
        "render_mode": "ansi",
        "content_type": "text/plain",
        "encoding": "utf-8",
        "data": "  (Down)\nSFFF\nFHFH\nFFFH\nHFFG\n",
    },
    errors=(NotRenderable, ResetNeeded, EnvironmentRaised, CallTooLong, JournalFull),
    tag="monitor",
    query={"ticket": "A ticket for this environment from `monitor/ticket/`, instead of an API key."},
    takes_ticket=True,
)
async def monitor_render(request: Request[None]) -> Response:
    """Show what `Env.render` would return, drawn from a copy: looking changes nothing and takes no turn.

    rgb_array gives a PNG in base64, rgb_array_list a list of them, and ansi a text. The frames of rgb_array_list
    stay with the environment; POST `render/` empties the list.
    """
    service = request.service
    outcome = await look(
        service.session,
        service.views.looks,
        request.reference,
        request.encoding,
        service.settings.max_frame_pixels,
        as_it_is=request.encoding.exact,
    )
    request.log.revision = outcome.header.revision
    return reply_of(outcome)


app = create_app(router)
handler = Mangum(app, lifespan="off")
