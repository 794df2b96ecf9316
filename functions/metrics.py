"""GET /metrics: what this server has done. Served under uvicorn only: a Lambda function is one of many."""

from starlette.responses import Response

from shared.errors import Misconfigured
from shared.web.app.routing import Router
from shared.web.protocol.request import Request

router = Router()


@router.get("/metrics/", summary="Show the metrics", reply=None, tag="service", media_type="text/plain")
async def metrics(request: Request[None]) -> Response:
    """Requests, durations, phases, live environments, store calls and retries, for Prometheus to scrape.

    The format is Prometheus' text format, or OpenMetrics where the `Accept` header asks for it.
    """
    request.check_key()
    counted = request.service.metrics
    if counted is None:
        raise Misconfigured("The server sends no lifespan events, so nothing is counted; start it with them.")
    request.service.notes.write()
    content, media_type = counted.exposition(request.headers.get(b"accept", b"").decode("latin-1"))
    return Response(content, media_type=media_type)
