"""POST /v1/envs/{instance_id}/render/: render an environment."""

from mangum import Mangum

from shared.errors import NotRenderable, ResetNeeded
from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import CALL_ERRORS, Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import RenderReply

router = Router()


@router.post(
    "/v1/envs/{instance_id}/render/",
    summary="Render an environment",
    call="render",
    reply=RenderReply,
    example={
        "render_mode": "ansi",
        "content_type": "text/plain",
        "encoding": "utf-8",
        "data": "  (Down)\nSFFF\nFHFH\nFFFH\nHFFG\n",
    },
    errors=(NotRenderable, ResetNeeded, *CALL_ERRORS),
)
async def render_env(request: Request[None]) -> Response:
    """Call `Env.render` with all its effects. rgb_array gives a PNG in base64, rgb_array_list a list, ansi a text.

    As in Gymnasium, rgb_array_list returns the frames since the last call and empties the list. To look without
    changing anything, call GET `monitor/render/`.
    """
    return await request.apply(
        operations.render(request.service.settings.max_frame_pixels, as_it_is=request.encoding.exact)
    )


app = create_app(router, one_at_a_time=True)
handler = Mangum(app, lifespan="off")
