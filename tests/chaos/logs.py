"""What instances have recorded in a run: each acknowledged call once, and else only calls that were in flight."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import httpx2
import msgspec

from tests.chaos.checker import Violation
from tests.chaos.history import WRITES, Call


class Log(NamedTuple):
    """What one instance has recorded."""

    rows: Sequence[Mapping[str, Any]]
    verified: Mapping[str, Any]
    """The last reply of `verify/`."""


async def log_of(client: httpx2.AsyncClient, instance: str) -> Log | None:
    """The log, read to its end and verified; None of an instance that does not record."""
    rows: list[Mapping[str, Any]] = []
    query: str | None = ""
    while query is not None:
        reply = await client.get(f"/v1/envs/{instance}/history/{query}")
        if reply.status_code == HTTPStatus.CONFLICT:
            return None
        page = reply.raise_for_status().json()
        rows += page["rows"]
        query = None if page["next"] is None else f"?after={page['next']}"
    body: dict[str, Any] = {}
    while True:
        verified = (await client.post(f"/v1/envs/{instance}/verify/", json=body)).raise_for_status().json()
        if verified["next"] is None:
            return Log(rows, verified)
        body = {"from": verified["next"]}


def unexplained(instance: str, log: Log, calls: Iterable[Call]) -> list[Violation]:
    """What is wrong with the instance's log, in view of the calls that were sent."""
    found: list[Violation] = []
    if not log.verified["verified"]:
        found.append(Violation("wrong", instance, f"its log is not what happened: {log.verified}"))
    writes = [call for call in calls if call.instance == instance and call.op in WRITES]
    acknowledged = {done.revision: call for call in writes if (done := call.acknowledgement) is not None}
    in_flight = Counter(_key(call.op, call.body) for call in writes if call.acknowledgement is None)
    recorded = Counter(row["revision"] for row in log.rows)
    for revision in acknowledged.keys() - recorded.keys():
        found.append(Violation("lost", instance, f"{acknowledged[revision]} is not in its log"))
    for row in log.rows:
        key, call = _key_of(row), acknowledged.get(row["revision"])
        if recorded[row["revision"]] > 1:
            found.append(Violation("doubled", instance, f"its log has revision {row['revision']} twice"))
        elif call is not None and _key(call.op, call.body) != key:
            found.append(Violation("wrong", instance, f"{call} is in its log as {row}"))
        elif call is None and not in_flight[key]:
            found.append(Violation("doubled", instance, f"its log has {row}, which nobody sent"))
        elif call is None:
            in_flight[key] -= 1
    return found


def _key(op: str, body: Mapping[str, Any]) -> bytes:
    given = {"step": "action", "reset": "seed", "restore": "checkpoint_id"}[op]
    return msgspec.json.encode([op, body.get(given)])


def _key_of(row: Mapping[str, Any]) -> bytes:
    arguments = row["arguments"] or {}
    given = {"step": row["action"], "reset": arguments.get("seed"), "restore": arguments.get("to")}
    return msgspec.json.encode([row["call"], given.get(row["call"])])
