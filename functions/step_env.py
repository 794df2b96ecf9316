"""POST /v1/envs/{instance_id}/step/: apply one action."""

from mangum import Mangum

from shared.errors import InvalidAction, ResetNeeded
from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import CALL_ERRORS, Router
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.step import StepBody, StepReply

router = Router()


@router.post(
    "/v1/envs/{instance_id}/step/",
    summary="Apply an action",
    call="step",
    body=StepBody,
    reply=StepReply,
    query=ARRAYS,
    example={
        "observation": [0.02727336250245571, 0.18847766518592834, 0.036254528909921646, -0.26141977310180664],
        "reward": 1.0,
        "terminated": False,
        "truncated": False,
        "info": {},
    },
    errors=(InvalidAction, ResetNeeded, *CALL_ERRORS),
)
async def step_env(request: Request[StepBody]) -> Response:
    """Call `Env.step` with the action, cast to the action space's type; a Box's bounds are not checked."""
    return await request.apply(operations.Step(request.body.action, as_it_is=request.encoding.exact))


app = create_app(router, one_at_a_time=True)
handler = Mangum(app, lifespan="off")
