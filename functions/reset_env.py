"""POST /v1/envs/{instance_id}/reset/: begin an episode."""

from mangum import Mangum

from shared.session.calls import operations
from shared.session.calls.changed_spaces import telling_spaces
from shared.web.app.application import create_app
from shared.web.app.routing import CALL_ERRORS, Router
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import ResetReply
from shared.wire.messages.reset import ResetBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/reset/",
    summary="Begin an episode",
    call="reset",
    body=ResetBody,
    reply=ResetReply,
    query=ARRAYS,
    example={
        "observation": [0.02739560417830944, -0.006112155970185995, 0.03585979342460632, 0.019736802205443382],
        "info": {},
    },
    errors=CALL_ERRORS,
)
async def reset_env(request: Request[ResetBody]) -> Response:
    """Call `Env.reset`. Without a seed the environment's generator continues from its state."""
    return await request.apply(telling_spaces(operations.reset(request.body.seed, request.body.options)))


app = create_app(router, one_at_a_time=True)
handler = Mangum(app, lifespan="off")
