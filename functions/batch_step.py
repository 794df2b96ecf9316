"""POST /v1/batch/step/: an action for each of many environments."""

from mangum import Mangum

from shared.errors import InvalidValue
from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.batch import BatchedCall, batch
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.batches import BatchStepBody, BatchStepReply

router = Router()


@router.post(
    "/v1/batch/step/",
    summary="Apply an action to each of many environments",
    body=BatchStepBody,
    reply=BatchStepReply,
    query=ARRAYS,
    example={
        "results": [
            {
                "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
                "status": 200,
                "revision": 2,
                "observation": [
                    0.02727336250245571,
                    0.18847766518592834,
                    0.036254528909921646,
                    -0.26141977310180664,
                ],
                "reward": 1.0,
                "terminated": False,
                "truncated": False,
                "info": {},
            },
            {
                "instance_id": "9d1f0a35-6f0c-4a53-8d35-5a6f3f6d9b1e",
                "status": 404,
                "problem": {
                    "type": "urn:gym-http:problem:instance-not-found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "Instance not found",
                },
            },
        ]
    },
    errors=(InvalidValue,),
    tag="batch",
)
async def batch_step(request: Request[BatchStepBody]) -> Response:
    """Make up to 1,000 calls of `step/` in one request. Each has its own result or problem, in order.

    The reply is 200 even if calls fail. A call's problem is the one that `step/` would give, or `invalid-value`
    once the results are too long. An `Idempotency-Key` gives each call a key of its own.
    """
    exact = request.encoding.exact
    return await batch(
        request,
        [
            BatchedCall(call.instance_id, operations.Step(call.action, as_it_is=exact), call.if_match)
            for call in request.body.calls
        ],
    )


app = create_app(router)
handler = Mangum(app, lifespan="off")
