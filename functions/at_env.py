"""GET /v1/envs/{instance_id}/at/{revision}/: what a recorded call returned."""

from typing import Any

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    HistoryDamaged,
    InvalidValue,
    NotRecorded,
    RevisionNotFound,
    SnapshotDiverged,
    SnapshotIncompatible,
)
from shared.session.calls.operations import picture_mode, shown
from shared.session.history.history import Tell
from shared.session.history.place import Place
from shared.session.history.rows import Row
from shared.session.live.environment import LiveEnvironment
from shared.snapshot.contract.returned import told_flag, told_reward
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.records import ROW_EXAMPLE, row_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request, reply_at
from shared.wire.messages.replies import AtReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/at/{revision}/",
    summary="Show what a recorded call returned",
    reply=AtReply,
    query=ARRAYS,
    example={
        **ROW_EXAMPLE,
        "observation": [0.02727336250245571, 0.18847766518592834, 0.036254528909921646, -0.26141977310180664],
        "info": {},
    },
    errors=(
        *(InvalidValue, NotRecorded, RevisionNotFound, HistoryDamaged),
        *(CallTooLong, SnapshotIncompatible, SnapshotDiverged),
    ),
    tag="history",
)
async def at_env(request: Request[None]) -> Response:
    """What the call that made this revision returned, made again on a copy and compared with the log.

    `R.k` is call k of those that made revision R; `R` alone is the last of them.
    """
    place = Place.parse(request.scope["path_params"]["revision"])
    tell = _telling(request.encoding.exact, request.service.settings.max_frame_pixels)
    with request.log.timing.replaying():
        header, encoded = await request.service.views.history.at(request.reference, place, tell, request.encoding)
    return reply_at(encoded, header.revision)


def _telling(as_it_is: bool, max_pixels: int) -> Tell:
    def returned_by(live: LiveEnvironment, call: str | None, returned: Any) -> dict[str, Any]:
        if call == "step":
            observation, reward, terminated, truncated, info = returned
            if not (live.vector or as_it_is):
                reward = told_reward(reward)
                terminated, truncated = told_flag("terminated", terminated), told_flag("truncated", truncated)
            outcome = {"reward": reward, "terminated": terminated, "truncated": truncated}
            return {**outcome, "observation": observation, "info": info}
        if call == "reset":
            observation, info = returned
            return {"observation": observation, "info": info}
        if call == "sample":
            return {"sample": returned}
        return shown(returned, picture_mode(live.header.recipe), max_pixels, as_it_is=as_it_is)

    def tell(live: LiveEnvironment | None, row: Row, returned: Any) -> dict[str, Any]:
        return row_record(row) | ({} if live is None else returned_by(live, row.call, returned))

    return tell


app = create_app(router)
handler = Mangum(app, lifespan="off")
