"""/v1/envs/{instance_id}/history/: the calls that were recorded of an environment."""

from collections.abc import Sequence
from typing import Any

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    Contended,
    HistoryDamaged,
    InvalidValue,
    KeyReused,
    NotRecorded,
    ReplyGone,
    SnapshotIncompatible,
    StaleRevision,
)
from shared.session.calls.columns import Columns
from shared.session.history.place import Place
from shared.session.history.rows import MOST_ROWS, Row
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.encoding import ARRAYS
from shared.web.protocol.query import QueryParameter, whole_number
from shared.web.protocol.records import ROW_EXAMPLE, row_record
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.messages.replies import HistoryReply, MessageReply

router = Router()
_PATH = "/v1/envs/{instance_id}/history/"
_DELETED = {"message": "History deleted."}


@router.get(
    _PATH,
    summary="List an environment's recorded calls",
    reply=HistoryReply,
    query={
        "after": "The place behind which the page begins, `R` or `R.k`; by default the first.",
        "limit": QueryParameter(f"The most rows of the page, 1 to {MOST_ROWS}.", int),
        **ARRAYS,
    },
    example={
        "rows": [ROW_EXAMPLE],
        "next": None,
    },
    errors=(InvalidValue, NotRecorded, HistoryDamaged, SnapshotIncompatible),
    tag="history",
)
async def get_history(request: Request[None]) -> Response:
    """List every recorded call: its action, reward, flags and time. Nothing is replayed for it.

    A call within a rollout is one of several that made its revision, and has an `index` there. As exact values,
    `rows` has a column for each name.
    """
    query = request.query
    after = query.get("after")
    header, page = await request.service.views.history.page(
        request.reference,
        None if after is None else Place.parse(after),
        whole_number("limit", query.get("limit"), 1, MOST_ROWS, MOST_ROWS),
    )
    told = _columns(page.rows) if request.encoding.exact else [row_record(row) for row in page.rows]
    following = None if page.next is None else str(page.next)
    return request.reply({"rows": told, "next": following}, revision=header.revision)


@router.delete(
    _PATH,
    summary="Delete an environment's recorded calls",
    call="delete_history",
    reply=MessageReply,
    example={"message": "History deleted."},
    errors=(CallTooLong, StaleRevision, KeyReused, ReplyGone, Contended, HistoryDamaged),
    tag="history",
)
async def delete_history(request: Request[None]) -> Response:
    """Delete all that was recorded. An environment that records begins anew with its current state.

    The history of a closed environment goes at once.
    """
    outcome = await request.service.views.history.forget(
        request.reference, lambda _: _DELETED, request.if_match, request.keyed
    )
    if outcome is None:
        return request.reply(_DELETED)
    return request.reply(_DELETED, revision=outcome.header.revision, replayed=outcome.replayed)


def _columns(rows: Sequence[Row]) -> dict[str, Any]:
    """The rows by column: arrays where all values are of one kind, else lists."""
    columns: dict[str, Columns] = {}
    for row in rows:
        for name, value in row_record(row).items():
            columns.setdefault(name, Columns()).append(value)
    return {name: column.joined() for name, column in columns.items()}


app = create_app(router)
handler = Mangum(app, lifespan="off")
