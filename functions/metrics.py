"""GET /metrics: what this process has done. Served locally alone: a Lambda function is one of many."""

from starlette.responses import Response

from shared.web.app.routing import Router
from shared.web.observe.metrics import CONTENT_TYPE
from shared.web.protocol.request import Request

router = Router()


@router.get("/metrics/", summary="Count what was done", reply=None, tag="service", media_type="text/plain")
async def metrics(request: Request[None]) -> Response:
    """Requests, durations, phases, live environments, store calls and retries, in Prometheus' text format."""
    request.check_key()
    service = request.service
    service.notes.write()
    return Response(service.metrics.text(service.session, service.store), media_type=CONTENT_TYPE)
