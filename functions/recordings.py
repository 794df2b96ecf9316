"""GET /v1/recordings/: the caller's environments that have recorded calls."""

from mangum import Mangum

from shared.errors import InvalidValue
from shared.session.history.recordings import MOST_RECORDINGS
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.dialect import UUID
from shared.web.protocol.query import QueryParameter, whole_number
from shared.web.protocol.records import RECORDING_EXAMPLE, recording_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import RecordingsReply

router = Router()


@router.get(
    "/v1/recordings/",
    summary="List recordings",
    reply=RecordingsReply,
    query={
        "after": "The `next` of the page before; by default the list begins.",
        "limit": QueryParameter(f"The most recordings of the page, 1 to {MOST_RECORDINGS}.", int),
    },
    example={"recordings": [RECORDING_EXAMPLE], "next": None},
    errors=(InvalidValue,),
    tag="history",
)
async def recordings(request: Request[None]) -> Response:
    """List the caller's environments that have recorded calls, those that are closed included.

    A page may have fewer recordings than `limit`; the list ends where `next` is null.
    """
    query = request.query
    limit = whole_number("limit", query.get("limit"), 1, MOST_RECORDINGS, MOST_RECORDINGS)
    page = await request.service.views.history.recordings.page(request.owner, limit, _id(query.get("after")))
    return request.reply({"recordings": [recording_record(each) for each in page.recordings], "next": page.next})


def _id(sent: str | None) -> str:
    if sent is not None and not UUID.fullmatch(sent):
        raise InvalidValue(f"after is {sent[:40]!r}; send the `next` of the page before.")
    return sent or ""


app = create_app(router)
handler = Mangum(app, lifespan="off")
