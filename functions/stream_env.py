"""GET /v1/envs/{instance_id}/monitor/stream/: live pictures."""

from collections.abc import AsyncIterator
from functools import partial

from mangum import Mangum
from starlette.responses import Response, StreamingResponse

from shared.errors import NotRenderable
from shared.frames import as_jpeg
from shared.session.monitor.stream import ENDLESS, pictures
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
    query={"ticket": "In place of an API key: what `monitor/ticket/` gave for this environment."},
    takes_ticket=True,
    media_type="multipart/x-mixed-replace",
)
async def stream_env(request: Request[None]) -> Response:
    """JPEG pictures without end, as the `src` of an `<img>` shows them: one whenever the environment changes.

    They are drawn from a copy, at most 30 a second, so that watching changes nothing. A Lambda function sends
    those of two seconds, at least one; whoever watches asks again, as a browser's tab does by itself.
    """
    burst = BURST if is_lambda(request.scope) else ENDLESS
    encode = partial(as_jpeg, max_pixels=request.service.settings.max_frame_pixels)
    frames = await pictures(request.service.session, request.reference, encode, burst)
    headers = {"Cache-Control": "no-store"} | ({} if burst is ENDLESS else {"Refresh": "0"})
    return StreamingResponse(_parts(frames), media_type=_MEDIA_TYPE, headers=headers)


async def _parts(frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each part with the boundary that follows it: a browser shows a picture when it sees the next boundary."""
    yield _BOUNDARY
    async for frame in frames:
        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
        yield head.encode() + frame + b"\r\n" + _BOUNDARY


app = create_app(router)
handler = Mangum(app, lifespan="off")
