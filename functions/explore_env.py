"""POST /v1/envs/{instance_id}/explore/: many futures of one state."""

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    CheckpointNotFound,
    EnvironmentRaised,
    HistoryDamaged,
    InvalidAction,
    InvalidValue,
    JournalFull,
    KeyReused,
    NotExact,
    NotRecorded,
    QuotaExceeded,
    ReplyGone,
    ResetNeeded,
    RevisionNotFound,
    SnapshotDiverged,
    SnapshotIncompatible,
    SnapshotTooLarge,
    StaleRevision,
    StoreFailed,
)
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request, reply_of
from shared.web.protocol.terms import exploration_of, origin_of
from shared.wire.messages.explore import ExploreBody
from shared.wire.messages.replies import ExploreReply

router = Router()


@router.post(
    "/v1/envs/{instance_id}/explore/",
    summary="Explore an environment's futures",
    call="explore",
    body=ExploreBody,
    reply=ExploreReply,
    query=ARRAYS,
    example={
        "returns": [3.0, 2.0],
        "steps": [3, 2],
        "terminations": [False, True],
        "truncations": [False, False],
        "kept": [],
    },
    errors=(
        *(InvalidAction, InvalidValue, ResetNeeded, EnvironmentRaised, CallTooLong, JournalFull, NotExact),
        *(StaleRevision, KeyReused, ReplyGone, QuotaExceeded, SnapshotTooLarge, StoreFailed),
        *(CheckpointNotFound, NotRecorded, RevisionNotFound, HistoryDamaged),
        *(SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="branching",
)
async def explore_env(request: Request[ExploreBody]) -> Response:
    """Apply many sequences of actions, each from the same state, and tell what each came to.

    The state is the current one, or with `from` a checkpoint's or a recorded revision's.

    The futures are walked on copies: nothing is written, and the environment stays as it is. Only futures that
    `keep` names become instances. An action outside the action space is 422 with its `sequence` and `index`, and
    so is an exception of the environment; nothing is kept then.
    """
    body = request.body
    reference, past = origin_of(body.from_, request.reference, request.service.views.history)
    outcome = await request.service.views.explorer.explore(
        reference,
        exploration_of(body, request.service.settings),
        request.encoding,
        request.if_match,
        request.keyed,
        request.log.timing,
        past,
    )
    request.log.revision = outcome.header.revision
    return reply_of(outcome)


app = create_app(router)
handler = Mangum(app, lifespan="off")
