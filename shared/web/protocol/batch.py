"""One request for many instances: each call on its own, with a result or a problem of its own.

Calls on different instances run at the same time as far as the store lets them, those on one instance in the
order in which they were sent.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from shared.codec.exact import DEEPEST
from shared.errors import GymHTTPError, InvalidValue
from shared.session.calls.call import InstanceCall
from shared.session.calls.outcome import Outcome
from shared.session.live.environment import Operation
from shared.web.protocol.problems import told
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request, warning_of
from shared.wire.values.detached import detached, size_of

AT_ONCE = 16
"""Instances of one batch that are called at a time. Requests of others get their turn in between."""


class BatchedCall(NamedTuple):
    """One call of a batch, as the client named it."""

    instance_id: str
    operation: Operation
    if_match: int | None


async def batch(request: Request[Any], calls: Sequence[BatchedCall]) -> Response:
    """The reply to a batch: the calls' results in their order.

    An idempotency key of the batch gives each call one that is derived from it and the call's place. Once the
    results take more than `GYM_HTTP_MAX_REPLY_BYTES`, the calls that are left are not applied, and their problem
    says so.

    Raises:
        Unauthorized: API keys are set, and the request brought none.
        InvalidValue: its idempotency key is empty or too long.
    """
    return request.reply({"results": await _Batch(request, calls).results()})


def result_of(outcome: Outcome) -> dict[str, Any]:
    """One result of a batch: that of a call whose encoding was `detached`."""
    result = {"status": 200, "revision": outcome.header.revision, **outcome.reply}
    if outcome.replayed:
        result["replayed"] = True
    if outcome.moved is not None:
        result["warning"] = warning_of(outcome.moved)
    return result


def result_of_error(error: GymHTTPError) -> dict[str, Any]:
    """One result of a batch: that of a call that was refused."""
    problem = told(error)
    return {"status": problem["status"], "problem": problem}


def _kept(result: Any) -> Any:
    """A copy of a call's result, which will be two containers deeper in the reply than in one of its own."""
    return detached(result, DEEPEST - 2)


class _Batch:
    """One batch under way."""

    def __init__(self, request: Request[Any], calls: Sequence[BatchedCall]) -> None:
        self._request = request
        self._calls = calls
        self._keyed = request.keyed
        self._most_bytes = request.service.settings.max_reply_bytes
        self._size = 0
        self._results: dict[int, dict[str, Any]] = {}
        self._next = asyncio.Lock()
        request.check_key()

    async def results(self) -> list[dict[str, Any]]:
        """Every call's result, once all have one."""
        of_instance: dict[str, list[int]] = {}
        for number, call in enumerate(self._calls):
            of_instance.setdefault(call.instance_id, []).append(number)
        waiting = iter(of_instance.values())
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(AT_ONCE, len(of_instance))):
                tasks.create_task(self._call_each(waiting))
        return [self._results[number] for number in range(len(self._calls))]

    async def _call_each(self, waiting: Iterator[list[int]]) -> None:
        for numbers in waiting:
            for number in numbers:
                call = self._calls[number]
                async with self._next:  # a near store answers without a pause, so one call is one turn of the loop
                    await asyncio.sleep(0)
                try:
                    result = await self._result(number, call)
                except GymHTTPError as error:
                    result = result_of_error(error)
                self._results[number] = {"instance_id": call.instance_id, **result}

    async def _result(self, number: int, call: BatchedCall) -> dict[str, Any]:
        if self._size > self._most_bytes:
            raise InvalidValue(
                f"The results before this one take over {self._most_bytes} bytes (GYM_HTTP_MAX_REPLY_BYTES), so "
                "this call was not applied; send it in another batch.",
                limit=self._most_bytes,
            )
        request = self._request
        reference = request.instance(call.instance_id)
        keyed = None if self._keyed is None else self._keyed.part(number)
        outcome = await request.service.session.call(
            InstanceCall(reference, call.operation, _kept, call.if_match, keyed), request.log.timing
        )
        self._size += size_of(outcome.reply)
        return result_of(outcome)
