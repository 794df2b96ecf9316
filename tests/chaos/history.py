"""Every request and reply of a run, as a file of JSON lines: all that the checker knows."""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, TextIO

import msgspec

WRITES = frozenset({"reset", "step", "restore"})
"""Operations that move an instance to its next revision."""


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request and its reply, if there was one."""

    call: int
    """The call. All requests of one call carry the same idempotency key: together they apply at most once."""
    op: str
    """`create`, `reset`, `step`, `restore`, `checkpoint`, `fork`, `read` or `delete`."""
    instance: str
    """The instance's id; empty for `create`."""
    body: dict[str, Any]
    invoked: float
    """When it was sent, in seconds of a clock that all clients share."""
    returned: float | None = None
    """When the reply came; None without one: it may have been applied at any time since, or not at all."""
    status: int | None = None
    revision: int | None = None
    """The reply's `ETag`."""
    reply: Any = None
    replayed: bool = False
    """Whether the server marked the reply as replayed."""
    client: int = 0
    server: int = 0
    fault: str = ""
    """The fault injected on the request's way."""


class Call(msgspec.Struct, frozen=True):
    """All requests with one idempotency key, or one request without a key."""

    attempts: tuple[Attempt, ...]

    @property
    def op(self) -> str:
        """The operation."""
        return self.attempts[0].op

    @property
    def instance(self) -> str:
        """The id of the instance; empty for `create`."""
        return self.attempts[0].instance

    @property
    def body(self) -> dict[str, Any]:
        """The body that every attempt carried."""
        return self.attempts[0].body

    @property
    def invoked(self) -> float:
        """When it was first sent."""
        return min(attempt.invoked for attempt in self.attempts)

    @property
    def acknowledgement(self) -> Attempt | None:
        """The first reply that acknowledges the call."""
        done = [attempt for attempt in self.attempts if attempt.status == HTTPStatus.OK]
        return min(done, key=lambda attempt: attempt.returned or 0.0, default=None)

    @property
    def possible(self) -> bool:
        """Whether it may have been applied unnoticed: some reply is missing or undecided."""
        return any(
            attempt.status is None
            or attempt.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            or attempt.status == HTTPStatus.NOT_FOUND  # applied, and the instance deleted before the reply
            for attempt in self.attempts
        )

    def __str__(self) -> str:
        return f"call {self.attempts[0].call} ({self.op} {self.instance[:8]} {self.body})"


class Recorder:
    """Writes a history as it happens."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def record(self, attempt: Attempt) -> None:
        """Append one line."""
        self._file.write(msgspec.json.encode(attempt).decode() + "\n")


def calls(attempts: Iterable[Attempt]) -> list[Call]:
    """The attempts by call, in the order in which the calls were first sent."""
    grouped: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        grouped[attempt.call].append(attempt)
    return sorted((Call(tuple(group)) for group in grouped.values()), key=lambda call: call.invoked)


def read(path: Path) -> list[Call]:
    """The calls of a recorded history."""
    with path.open() as lines:
        return calls(msgspec.json.decode(line, type=Attempt) for line in lines)
