"""GET /v1/envs/{instance_id}/action_space/, and sampling and checking in that space."""

from mangum import Mangum

from shared.errors import CallTooLong, Contended, EnvironmentRaised, InvalidValue, SnapshotTooLarge
from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import ContainsReply, SampleReply
from shared.wire.messages.spaces import ContainsBody, SampleBody
from shared.wire.spaces.schemas import SpaceReply

router = Router()
_PATH = "/v1/envs/{instance_id}/action_space/"


@router.get(
    _PATH,
    summary="Describe the action space",
    call="action_space",
    reply=SpaceReply,
    example={"name": "Discrete", "n": 2, "shape": [], "dtype": "int64", "start": 0},
    errors=(CallTooLong,),
    tag="spaces",
)
async def action_space(request: Request[None]) -> Response:
    """Describe the space, with every parameter that a client needs to build an equal one."""
    return await request.apply(operations.describe_space("action_space"))


@router.post(
    _PATH + "sample/",
    summary="Sample the action space",
    call="sample",
    body=SampleBody,
    reply=SampleReply,
    query=ARRAYS,
    example={"sample": 1},
    errors=(InvalidValue, EnvironmentRaised, CallTooLong, SnapshotTooLarge, Contended),
    tag="spaces",
)
async def sample_action_space(request: Request[SampleBody]) -> Response:
    """Sample a random member. This advances the space's generator, which is part of the environment's state.

    `mask` and `probability` are those of Gymnasium's spaces, and limit what is drawn.
    """
    return await request.apply(operations.sample("action_space", request.body.mask, request.body.probability))


@router.post(
    _PATH + "contains/",
    summary="Check a value against the action space",
    call="contains",
    body=ContainsBody,
    reply=ContainsReply,
    example={"contains": True},
    errors=(CallTooLong,),
    tag="spaces",
)
async def action_space_contains(request: Request[ContainsBody]) -> Response:
    """Tell whether the value is a member of the space."""
    return await request.apply(operations.contains("action_space", request.body.value))


app = create_app(router)
handler = Mangum(app, lifespan="off")
