"""GET /v1/monitor/frames/: many environments in one stream."""

from collections.abc import AsyncIterator

from mangum import Mangum
from starlette.responses import Response, StreamingResponse

from shared.errors import InvalidValue
from shared.frames import Thumbnail
from shared.session.monitor.feed import FeedItem, follow, glance
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.monitor.parts import MEDIA_TYPE, clock_part, cursor_of, part, revisions
from shared.web.monitor.query import MOST_IDS, NARROWEST, WIDEST, WIDTH, watched, width
from shared.web.protocol.lambda_limits import BURST, is_lambda
from shared.web.protocol.request import Request

router = Router()


@router.get(
    "/v1/monitor/frames/",
    summary="Watch many environments",
    reply=None,
    errors=(InvalidValue,),
    tag="monitor",
    media_type=MEDIA_TYPE,
    query={
        "ids": f"Instance ids with commas between, up to {MOST_IDS}.",
        "width": f"Of the pictures at most, in pixels, {NARROWEST} to {WIDEST}, {WIDTH} by default; 0: none.",
        "known": "A cursor of what the watcher shows already, which a reply without end then leaves out.",
        "since": "The cursor of the last reply, or empty: end the reply when what is new has been told.",
    },
)
async def monitor_frames(request: Request[None]) -> Response:
    """Thumbnails and short records of many instances, each again whenever it changes, in one reply without end.

    A part is four bytes with the length of its metadata (big-endian), the metadata in JSON, four bytes with the
    length of its picture (0 for none), and the picture. The metadata tell of an instance: `instance_id`, `env_id`,
    `render_mode`, `episode`, `steps`, `episode_return`, `ended`, `created`, `used`, `revision`, the picture's
    `content_type` (`image/jpeg`, or `text/plain` for render mode ansi), and in `trouble` why there is none where
    there should be; or `instance_id` and `gone`; or `now`, the server's time, at least every five seconds or so.

    With `since`, and from Lambda, the reply ends: what has changed since that cursor, as far as it can be drawn
    within two seconds, and in the last part the next `cursor`: of each instance the id's first eight digits, a
    hyphen and the revision, with dots between. Pictures are drawn from copies, in at most about a third of the
    process's time, so that watching changes nothing and stepping comes first.
    """
    asked = watched(request)
    references = [reference for reference in asked.values() if reference is not None]
    unknown = [FeedItem(word) for word, reference in asked.items() if reference is None]
    pixels = width(request, may_be_none=True)
    encode = Thumbnail(pixels, request.service.settings.max_frame_pixels) if pixels else None
    since, in_lambda = request.query.get("since"), is_lambda(request.scope)
    headers = {"Cache-Control": "no-store"}
    session, renderer = request.service.session, request.service.renderer
    known = revisions(since or request.query.get("known", ""), [each.instance_id for each in references])
    if since is None and not in_lambda:
        sights = await follow(session, renderer, references, known, encode)
        return StreamingResponse(_parts(unknown, sights), media_type=MEDIA_TYPE, headers=headers)
    # A function has nothing else to do, and is paid for by the second.
    found = await glance(
        session, renderer, references, known, encode, BURST, **({"share": 1.0} if in_lambda else {})
    )
    content = b"".join([*map(part, [*unknown, *found]), clock_part(cursor_of(known, found))])
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


async def _parts(unknown: list[FeedItem], sights: AsyncIterator[FeedItem | None]) -> AsyncIterator[bytes]:
    yield clock_part() + b"".join(map(part, unknown))
    async for sight in sights:
        yield clock_part() if sight is None else part(sight)


app = create_app(router)
handler = Mangum(app, lifespan="off")
