"""GET /v1/envs/{instance_id}/lineage/: where an environment comes from, and what was made of it."""

from mangum import Mangum

from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.records import RELATIVE_EXAMPLE, relative_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import LineageReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/lineage/",
    summary="Show an environment's lineage",
    reply=LineageReply,
    example={"ancestors": [RELATIVE_EXAMPLE], "descendants": []},
    tag="history",
)
async def lineage_env(request: Request[None]) -> Response:
    """The environments that this one is a fork of, nearest first, and those that were forked of it while recorded.

    Each has its `origin`: the environment that it is a fork of, and the revision there. What is closed is told as
    long as its recorded calls are.
    """
    lineage = await request.service.views.history.lineage(request.reference)
    return request.reply(
        {
            "ancestors": [relative_record(each) for each in lineage.ancestors],
            "descendants": [relative_record(each) for each in lineage.descendants],
        },
        revision=lineage.itself.header.revision,
    )


app = create_app(router)
handler = Mangum(app, lifespan="off")
