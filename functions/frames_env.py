"""GET /v1/envs/{instance_id}/frames/: small pictures of what was recorded."""

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    EnvironmentRaised,
    HistoryDamaged,
    InvalidValue,
    NotRecorded,
    NotRenderable,
    ResetNeeded,
    RevisionNotFound,
    SnapshotDiverged,
    SnapshotIncompatible,
)
from shared.frames import Thumbnail
from shared.session.history.place import Place
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.monitor.parts import MEDIA_TYPE, end_part, frame_part
from shared.web.monitor.query import NARROWEST, WIDEST, WIDTH, width
from shared.web.protocol.query import MOST_INTEGER, QueryParameter, whole_number
from shared.web.protocol.reply import Reply, Response
from shared.web.protocol.request import Request, etag

router = Router()


@router.get(
    "/v1/envs/{instance_id}/frames/",
    summary="Draw a run of recorded calls",
    reply=None,
    query={
        "from": "The place of the first picture, `R` or `R.k`.",
        "to": "The place of the last one; by default, the last that there is.",
        "width": f"Greatest width of a picture, {NARROWEST} to {WIDEST} pixels (default {WIDTH}).",
        "env": QueryParameter("Of a vector, which of its environments: 0, the default, and on.", int),
    },
    errors=(
        *(InvalidValue, NotRecorded, RevisionNotFound, ResetNeeded, NotRenderable, HistoryDamaged),
        *(EnvironmentRaised, CallTooLong, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="history",
    media_type=MEDIA_TYPE,
)
async def frames_env(request: Request[None]) -> Response:
    """Small pictures for scrubbing: that at `from`, and one for each reset and step up to `to`, at most 300.

    The reply is a sequence of parts, as that of `monitor/frames/`. The metadata are `revision`, `index` within it,
    `episode`, `step` and the picture's `content_type`; those of the last part are `next` alone, the place from
    which to ask for more, or null.
    """
    query = request.query
    if "from" not in query:
        raise InvalidValue("from is missing; send the place of the first picture, such as ?from=1.")
    last = query.get("to")
    with request.log.timing.replaying():
        header, run = await request.service.views.frames.run(
            request.reference,
            whole_number("env", query.get("env"), 0, MOST_INTEGER, 0),
            Place.parse(query["from"]),
            None if last is None else Place.parse(last),
            Thumbnail(width(request, may_be_none=False), request.service.settings.max_frame_pixels),
        )
    following = None if run.next is None else str(run.next)
    content = b"".join([*map(frame_part, run.frames), end_part(following)])
    return Reply.of(content, 200, [(b"content-type", MEDIA_TYPE.encode()), etag(header.revision)])


app = create_app(router)
handler = Mangum(app, lifespan="off")
