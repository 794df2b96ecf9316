"""POST /v1/batch/reset/: the beginning of an episode for each of many environments."""

from mangum import Mangum

from shared.errors import InvalidValue
from shared.session.calls import operations
from shared.session.calls.changed_spaces import telling_spaces
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.batch import BatchedCall, batch
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.batches import BatchResetBody, BatchResetReply

router = Router()


@router.post(
    "/v1/batch/reset/",
    summary="Begin an episode of each of many environments",
    body=BatchResetBody,
    reply=BatchResetReply,
    query=ARRAYS,
    example={
        "results": [
            {
                "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
                "status": 200,
                "revision": 1,
                "observation": [
                    0.02739560417830944,
                    -0.006112155970185995,
                    0.03585979342460632,
                    0.019736802205443382,
                ],
                "info": {},
            }
        ]
    },
    errors=(InvalidValue,),
    tag="batch",
)
async def batch_reset(request: Request[BatchResetBody]) -> Response:
    """Make up to 1,000 calls of `reset/` in one request. Each has its own result or problem, in order.

    The reply is 200 even if calls fail. A call's problem is the one that `reset/` would give, or `invalid-value`
    once the results are too long. An `Idempotency-Key` gives each call a key of its own.
    """
    return await batch(
        request,
        [
            BatchedCall(call.instance_id, telling_spaces(operations.reset(call.seed, call.options)), call.if_match)
            for call in request.body.calls
        ],
    )


app = create_app(router)
handler = Mangum(app, lifespan="off")
