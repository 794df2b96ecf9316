"""GET /v1/envs/{instance_id}/episodes/{number}/: all transitions of a recorded episode."""

from typing import Any, Literal

from mangum import Mangum
from msgspec.structs import replace

from shared.errors import (
    CallTooLong,
    EpisodeNotFound,
    HistoryDamaged,
    InvalidValue,
    NotRecorded,
    SnapshotDiverged,
    SnapshotIncompatible,
)
from shared.session.history.history import EncodeEpisode
from shared.session.history.transitions import Wanted
from shared.session.record.episodes import Episode
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.history.carried import carried
from shared.web.history.npz import MEDIA_TYPE, as_npz
from shared.web.protocol.encoding import ARRAYS, Encoded
from shared.web.protocol.negotiation import prefers
from shared.web.protocol.query import MOST_INTEGER, QueryParameter, whole_number
from shared.web.protocol.records import EPISODE_EXAMPLE, episode_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import TransitionsReply

router = Router()

_OBSERVATIONS = [
    [0.0273956, -0.0061122, 0.0358598, 0.0197368],
    [0.0272734, 0.1884776, 0.0362545, -0.2614198],
    [0.0310429, 0.3830639, 0.0310261, -0.5424507],
]


@router.get(
    "/v1/envs/{instance_id}/episodes/{number}/",
    summary="Get a recorded episode",
    reply=TransitionsReply,
    query={
        "env": QueryParameter("Of a vector, which of its environments: 0, the default, and on.", int),
        "from": QueryParameter("The first observation is that after so many steps.", int),
        "to": QueryParameter("The last observation is that after so many steps.", int),
        "include": QueryParameter("`infos` adds the infos, as many as observations.", Literal["infos"]),
        **ARRAYS,
    },
    example={
        "episode": EPISODE_EXAMPLE,
        "observations": _OBSERVATIONS,
        "actions": [1, 1],
        "rewards": [1.0, 1.0],
        "terminations": [False, True],
        "truncations": [False, False],
    },
    errors=(
        *(InvalidValue, NotRecorded, EpisodeNotFound, HistoryDamaged),
        *(CallTooLong, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="history",
    may_be_elsewhere=True,
)
async def episode_env(request: Request[None]) -> Response:
    """All transitions of an episode as columns, made again on a copy and compared with the log.

    `observations` has one more than the others: the reset's comes first. `Accept: application/x-npz` gives a file
    for `numpy.load`. An episode that began before it was recorded begins here with its first recorded step.
    """
    query = request.query
    include = query.get("include")
    if include not in (None, "", "infos"):
        raise InvalidValue(f"include is {include[:40]!r}; send infos, or leave it out.")
    wanted = Wanted(
        env=whole_number("env", query.get("env"), 0, MOST_INTEGER, 0),
        begin=whole_number("from", query.get("from"), 0, MOST_INTEGER, 0),
        end=whole_number("to", query["to"], 0, MOST_INTEGER, 0) if "to" in query else None,
        infos=include == "infos",
        most_bytes=request.service.settings.max_reply_bytes,
    )
    sent = request.scope["path_params"]["number"]
    number = whole_number("The episode's number", sent, 0, MOST_INTEGER, 0)
    with request.log.timing.replaying():
        header, encoded = await request.service.views.history.episode(
            request.reference, number, wanted, _encoding(request)
        )
    return await carried(request, header, encoded, "ask for a part of the episode by ?from= and ?to=")


def _encoding(request: Request[None]) -> EncodeEpisode:
    npz = prefers(MEDIA_TYPE, request.headers.get(b"accept", b""))
    whole = replace(request.encoding, by_lambda=False)

    def encode(episode: Episode, columns: dict[str, Any]) -> Encoded:
        return as_npz(columns) if npz else whole({"episode": episode_record(episode), **columns})

    return encode


app = create_app(router)
handler = Mangum(app, lifespan="off")
