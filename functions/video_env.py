"""GET /v1/envs/{instance_id}/episodes/{number}/video/: a film of a recorded episode."""

from mangum import Mangum
from starlette.responses import StreamingResponse

from shared.errors import (
    CallTooLong,
    EnvironmentRaised,
    EpisodeNotFound,
    HistoryDamaged,
    InvalidValue,
    NotInstalled,
    NotRecorded,
    NotRenderable,
    ReplyTooLarge,
    SnapshotDiverged,
    SnapshotIncompatible,
)
from shared.films.encoding import MEDIA_TYPES, Format, default_format
from shared.session.filming.films import Shot
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.history.carried import carried
from shared.web.monitor.query import NARROWEST
from shared.web.protocol.encoding import Encoded
from shared.web.protocol.lambda_limits import is_lambda
from shared.web.protocol.query import MOST_INTEGER, QueryParameter, whole_number
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request

router = Router()

_WIDEST, _MOST_FPS = 1920, 240


@router.get(
    "/v1/envs/{instance_id}/episodes/{number}/video/",
    summary="Film a recorded episode",
    reply=None,
    query={
        "format": QueryParameter("`mp4`, which can be watched while it is made, or `webp`.", Format),
        "fps": QueryParameter(f"Frames a second, 1 to {_MOST_FPS}; by default the environment's own.", int),
        "width": QueryParameter(f"Greatest width in pixels, {NARROWEST} to {_WIDEST}; by default 1280.", int),
        "env": QueryParameter("Of a vector, which of its environments: 0, the default, and on.", int),
        "from": QueryParameter("The first frame is that after so many steps.", int),
        "to": QueryParameter("The last frame is that after so many steps.", int),
    },
    errors=(
        *(InvalidValue, NotRecorded, EpisodeNotFound, NotRenderable, NotInstalled, HistoryDamaged),
        *(EnvironmentRaised, CallTooLong, ReplyTooLarge, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="history",
    media_type="video/mp4",
    may_be_elsewhere=True,
)
async def video_env(request: Request[None]) -> Response:
    """A film of the episode, drawn and encoded now, or kept since it was.

    Its frames are those of `at/{revision}/render/`. The reply begins when the first of it is there. If the rest
    fails, the connection breaks off.
    """
    shot, number = _shot(request), request.scope["path_params"]["number"]
    episode = whole_number("The episode's number", number, 0, MOST_INTEGER, 0)
    with request.log.timing.replaying():  # up to the first part of the film
        header, film = await request.service.views.films.film(request.reference, episode, shot)
    media_type = MEDIA_TYPES[shot.format]
    if is_lambda(request.scope):
        encoded = Encoded(b"".join([part async for part in film]), ((b"content-type", media_type.encode()),))
        advice = "ask for a part of the film by ?from= and ?to=, or a smaller width"
        return await carried(request, header, encoded, advice)
    head = {"ETag": f'"{header.revision}"'}
    return StreamingResponse(request.service.ending.cut(film), media_type=media_type, headers=head)


def _shot(request: Request[None]) -> Shot:
    query, otherwise = request.query, Shot(default_format())
    form = query.get("format", otherwise.format)
    if form not in MEDIA_TYPES:
        raise InvalidValue(f"format is {form[:40]!r}; send mp4 or webp.")
    return Shot(
        format="mp4" if form == "mp4" else "webp",
        env=whole_number("env", query.get("env"), 0, MOST_INTEGER, 0),
        begin=whole_number("from", query.get("from"), 0, MOST_INTEGER, 0),
        end=whole_number("to", query["to"], 0, MOST_INTEGER, 0) if "to" in query else None,
        fps=whole_number("fps", query["fps"], 1, _MOST_FPS, 1) if "fps" in query else None,
        max_pixels=request.service.settings.max_frame_pixels,
        width=whole_number("width", query.get("width"), NARROWEST, _WIDEST, otherwise.width),
    )


app = create_app(router)
handler = Mangum(app, lifespan="off")
