"""POST /v1/envs/{instance_id}/rollout/: many steps in one call."""

from mangum import Mangum

from shared.errors import InvalidAction, InvalidValue, ResetNeeded
from shared.web.app.application import create_app
from shared.web.app.routing import CALL_ERRORS, Router
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.web.protocol.terms import rollout_of
from shared.wire.messages.replies import RolloutReply
from shared.wire.messages.rollout import RolloutBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/rollout/",
    summary="Apply many actions",
    call="rollout",
    body=RolloutBody,
    reply=RolloutReply,
    query=ARRAYS,
    example={
        "steps": 2,
        "observations": [
            [0.02727336250245571, 0.18847766518592834, 0.036254528909921646, -0.26141977310180664],
            [0.0310429148375988, 0.3830638527870178, 0.03102613240480423, -0.5424507260322571],
        ],
        "rewards": [1.0, 1.0],
        "terminations": [False, False],
        "truncations": [False, False],
        "resets": [],
    },
    errors=(InvalidAction, InvalidValue, ResetNeeded, *CALL_ERRORS),
)
async def rollout_env(request: Request[RolloutBody]) -> Response:
    """Call `Env.step` with each of the actions, or with random ones: one load and one save, all or nothing.

    An action that is not in the action space is 422 with its `index`, and so is an exception of the environment;
    no action is applied then. With `on_end` `reset`, an episode that has already ended is reset first.
    """
    return await request.apply(rollout_of(request.body, request.service.settings))


app = create_app(router, one_at_a_time=True)
handler = Mangum(app, lifespan="off")
