"""POST /v1/envs/{instance_id}/fork/: twins of an environment."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import Contended, KeyReused, QuotaExceeded, StaleRevision, StoreFailed
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.request import Request
from shared.wire.messages.replies import ForkReply
from shared.wire.messages.requests import ForkBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/fork/",
    summary="Fork an environment",
    body=ForkBody,
    reply=ForkReply,
    example={"instance_ids": ["9d1f0a35-6f0c-4a53-8d35-5a6f3f6d9b1e"]},
    errors=(StoreFailed, StaleRevision, KeyReused, QuotaExceeded, Contended),
    tag="branching",
)
async def fork_env(request: Request[ForkBody]) -> Response:
    """Make instances that continue from here exactly as this one does; this one is not touched.

    With `reseed` the generators of the environment and its spaces, and of Atari's sticky actions, differ in every
    fork, reproducibly.
    """
    body = request.body
    forked = await request.service.session.forking.fork(
        request.reference, body.count, body.reseed, request.if_match, request.keyed
    )
    return request.reply({"instance_ids": forked.instance_ids}, replayed=forked.replayed)


app = create_app(router)
handler = Mangum(app, lifespan="off")
