"""GET /v1/envs/{instance_id}/monitor/stream/: watch one environment."""

from collections.abc import AsyncIterator
from functools import partial

from mangum import Mangum
from starlette.responses import Response, StreamingResponse

from shared.errors import NotRenderable
from shared.frames import as_jpeg
from shared.session.monitor.burst import ENDLESS
from shared.session.monitor.stream import pictures
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.lambda_limits import BURST, is_lambda
from shared.web.protocol.request import Request

router = Router()

_MEDIA_TYPE = "multipart/x-mixed-replace; boundary=frame"
_BOUNDARY = b"--frame\r\n"


@router.get(
    "/v1/envs/{instance_id}/monitor/stream/",
    summary="Watch an environment",
    reply=None,
    errors=(NotRenderable,),
    tag="monitor",
    query={"ticket": "A ticket for this environment from `monitor/ticket/`, instead of an API key."},
    takes_ticket=True,
    media_type="multipart/x-mixed-replace",
)
async def stream_env(request: Request[None]) -> Response:
    """Stream JPEG pictures for the `src` of an `<img>`: one whenever the environment changes, 30 a second at most.

    Pictures are drawn from a copy, so watching changes nothing. On Lambda the reply ends after two seconds and at
    least one picture, and its `Refresh` header makes a browser's tab ask again.
    """
    burst = BURST if is_lambda(request.scope) else ENDLESS
    encode = partial(as_jpeg, max_pixels=request.service.settings.max_frame_pixels)
    frames = await pictures(request.service.session, request.reference, encode, burst)
    headers = {"Cache-Control": "no-store"} | ({} if burst is ENDLESS else {"Refresh": "0"})
    return StreamingResponse(request.service.ending.cut(_parts(frames)), media_type=_MEDIA_TYPE, headers=headers)


async def _parts(frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each picture with the boundary after it: a browser shows a picture when it sees the next boundary."""
    yield _BOUNDARY
    async for frame in frames:
        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
        yield head.encode() + frame + b"\r\n" + _BOUNDARY


app = create_app(router)
handler = Mangum(app, lifespan="off")
