"""Wrong logs are found, by hand."""

from typing import Any

import pytest

from tests.chaos.history import Attempt, Call
from tests.chaos.logs import Log, unexplained

VERIFIED = {"verified": True, "calls": 2, "next": None}


def sent(op: str, revision: int | None, **body: Any) -> Call:
    """A call, acknowledged with the revision that it made, or not at all."""
    status = None if revision is None else 200
    return Call((Attempt(1, op, "a", body, 0.0, status=status, revision=revision),))


def row(revision: int, call: str, action: Any = None, **arguments: Any) -> dict[str, Any]:
    return {"revision": revision, "call": call, "action": action, "arguments": arguments or None}


CALLS = [sent("reset", 1, seed=5), sent("step", 2, action=1), sent("step", None, action=0)]
ROWS = [row(1, "reset", seed=5, options=None), row(2, "step", 1)]


@pytest.mark.parametrize("rows", [ROWS, [*ROWS, row(3, "step", 0)]])
def test_what_was_acknowledged_or_in_flight_is_explained(rows: list[dict[str, Any]]) -> None:
    assert unexplained("a", Log(rows, VERIFIED), CALLS) == []


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (ROWS[:1], "lost"),
        ([*ROWS, row(3, "step", 1)], "doubled"),
        ([*ROWS, row(3, "step", 0), row(4, "step", 0)], "doubled"),
        ([*ROWS, ROWS[1]], "doubled"),
        ([ROWS[0], row(2, "step", 0)], "wrong"),
        ([row(1, "reset", seed=6), ROWS[1]], "wrong"),
    ],
)
def test_everything_else_is_not(rows: list[dict[str, Any]], kind: str) -> None:
    assert kind in {violation.kind for violation in unexplained("a", Log(rows, VERIFIED), CALLS)}


def test_a_log_that_is_not_what_happened_is_wrong() -> None:
    told = {"verified": False, "calls": 1, "next": None, "at": "2", "reason": "otherwise"}
    [violation] = unexplained("a", Log(ROWS, told), CALLS)
    assert violation.kind == "wrong"
