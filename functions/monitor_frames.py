"""GET /v1/monitor/frames/: many environments in one stream."""

from collections.abc import AsyncIterator

from mangum import Mangum
from starlette.responses import Response, StreamingResponse

from shared.errors import InvalidValue
from shared.frames import Thumbnail
from shared.session.monitor.feed import Feed, FeedItem
from shared.session.monitor.renderer import SHARE
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.monitor.parts import MEDIA_TYPE, clock_part, cursor_of, part, revisions
from shared.web.monitor.query import MOST_IDS, NARROWEST, WIDEST, WIDTH, requested_instances, width
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
        "ids": f"Up to {MOST_IDS} instance ids, separated by commas; others' as `OWNER:ID`, with a teacher's key.",
        "width": f"Greatest width of a picture, {NARROWEST} to {WIDEST} pixels (default {WIDTH}); 0 for none.",
        "known": "A cursor of what the page shows already. An endless reply then leaves it out.",
        "since": "The cursor of the last reply, or empty. The reply then ends after what is new.",
    },
)
async def monitor_frames(request: Request[None]) -> Response:
    """Stream thumbnails and short records of many instances, each again whenever it changes.

    The reply is an endless sequence of parts. A part is the length of its metadata (four bytes, big-endian), the
    metadata in JSON, the length of its picture (four bytes; 0 for none), and the picture. The metadata are one of:

    - an instance: `instance_id`, `env_id`, `render_mode`, `episode`, `steps`, `episode_return`, `ended`,
      `created`, `used`, `revision`, the picture's `content_type` (`image/jpeg`, or `text/plain` for render mode
      ansi), and `trouble`, which says why a picture is missing;
    - `instance_id` and `gone`;
    - `now`, the server's time, about every five seconds at least.

    With `since`, and on Lambda, the reply ends. It has what changed since that cursor, as far as it can be drawn
    within two seconds. Its last part has the next `cursor`: for each instance, the first eight digits of its id, a
    hyphen and its revision, joined by dots.

    Pictures are drawn from copies, in at most about a third of the process's time: watching changes nothing, and
    stepping comes first.
    """
    asked = requested_instances(request)
    references = [reference for reference in asked.values() if reference is not None]
    unknown = [FeedItem(given) for given, reference in asked.items() if reference is None]
    pixels = width(request, may_be_none=True)
    encode = Thumbnail(pixels, request.service.settings.max_frame_pixels) if pixels else None
    since, in_lambda = request.query.get("since"), is_lambda(request.scope)
    headers = {"Cache-Control": "no-store"}
    known = revisions(since or request.query.get("known", ""), [each.instance_id for each in references])
    # A Lambda function has nothing else to do, and is billed by the millisecond.
    share = 1.0 if in_lambda else SHARE
    feed = Feed(request.service.session, request.service.views.renderer, references, known, encode, share=share)
    if since is None and not in_lambda:
        items = await feed.follow()
        return StreamingResponse(
            request.service.ending.cut(_parts(unknown, items)), media_type=MEDIA_TYPE, headers=headers
        )
    found = await feed.glance(BURST)
    content = b"".join([*map(part, [*unknown, *found]), clock_part(cursor_of(known, found))])
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


async def _parts(unknown: list[FeedItem], items: AsyncIterator[FeedItem | None]) -> AsyncIterator[bytes]:
    yield clock_part() + b"".join(map(part, unknown))
    async for item in items:
        yield clock_part() if item is None else part(item)


app = create_app(router)
handler = Mangum(app, lifespan="off")
