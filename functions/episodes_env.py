"""GET /v1/envs/{instance_id}/episodes/: the episodes that were recorded of an environment."""

from mangum import Mangum

from shared.errors import HistoryDamaged, InvalidValue, NotRecorded, SnapshotIncompatible
from shared.session.history.episodes import MOST_EPISODES
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.query import MOST_INTEGER, QueryParameter, whole_number
from shared.web.protocol.records import EPISODE_EXAMPLE, episode_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import EpisodesReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/episodes/",
    summary="List an environment's recorded episodes",
    reply=EpisodesReply,
    query={
        "env": QueryParameter("Of a vector, which of its environments: 0, the default, and on.", int),
        "after": QueryParameter("The number behind which the page begins: the `next` of the page before.", int),
        "limit": QueryParameter(f"The most episodes of the page, 1 to {MOST_EPISODES}.", int),
    },
    example={"episodes": [EPISODE_EXAMPLE], "next": None},
    errors=(InvalidValue, NotRecorded, HistoryDamaged, SnapshotIncompatible),
    tag="history",
)
async def episodes_env(request: Request[None]) -> Response:
    """List recorded episodes: how each began and ended, its seed, steps, return, first and last place, and times.

    Nothing is replayed for it. `end` is null while an episode goes on. One whose `start` is no reset began before
    it was recorded: with the log of a fork, with `record/`, or with a restore. Of a vector those are left out.
    """
    query = request.query
    header, page = await request.service.views.history.episodes(
        request.reference,
        whole_number("env", query.get("env"), 0, MOST_INTEGER, 0),
        whole_number("after", query.get("after"), 0, MOST_INTEGER, 0),
        whole_number("limit", query.get("limit"), 1, MOST_EPISODES, MOST_EPISODES),
    )
    told = [episode_record(episode) for episode in page.episodes]
    return request.reply({"episodes": told, "next": page.next}, revision=header.revision)


app = create_app(router)
handler = Mangum(app, lifespan="off")
