"""POST /v1/envs/{instance_id}/fork/: copies of an environment."""

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    Contended,
    HistoryDamaged,
    InvalidValue,
    KeyReused,
    NotRecorded,
    QuotaExceeded,
    ReplyGone,
    RevisionNotFound,
    SnapshotDiverged,
    SnapshotIncompatible,
    StaleRevision,
    StoreFailed,
)
from shared.session.history.place import Place
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import ForkReply
from shared.wire.messages.states import ForkBody

router = Router()


@router.post(
    "/v1/envs/{instance_id}/fork/",
    summary="Fork an environment",
    call="fork",
    body=ForkBody,
    reply=ForkReply,
    example={"instance_ids": ["9d1f0a35-6f0c-4a53-8d35-5a6f3f6d9b1e"]},
    errors=(
        *(StoreFailed, StaleRevision, KeyReused, ReplyGone, QuotaExceeded, Contended, InvalidValue),
        *(NotRecorded, RevisionNotFound, HistoryDamaged, CallTooLong, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="branching",
)
async def fork_env(request: Request[ForkBody]) -> Response:
    """Create copies that continue from the current state exactly as this environment would. It is not changed.

    With `revision`, they continue from that recorded state instead.

    With `reseed`, copy number i seeds the generators of the environment, its spaces and Atari's sticky actions
    from `numpy.random.SeedSequence(reseed, spawn_key=(i,))`.
    """
    body, reference = request.body, request.reference
    past = None
    if body.revision is not None:
        past = request.service.views.history.past(reference, Place.parse(str(body.revision)))
    forked = await request.service.session.forking.fork(
        reference, body.count, body.reseed, request.if_match, request.keyed, past
    )
    return request.reply({"instance_ids": forked.instance_ids}, replayed=forked.replayed)


app = create_app(router)
handler = Mangum(app, lifespan="off")
