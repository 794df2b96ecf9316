"""One request for many instances: each call on its own, with a result or a problem of its own.

Calls on different instances run at the same time as far as the store lets them, those on one instance in the
order in which they were sent.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from starlette.responses import Response

from shared.errors import GymHTTPError, InvalidValue
from shared.session.calls.call import InstanceCall
from shared.session.live.environment import Operation
from shared.web.protocol.problems import told
from shared.web.protocol.request import WARNING, Request
from shared.wire.values.detached import detached, size_of

AT_ONCE = 16
"""How many instances of one batch are called at a time; the others of the process get their turn in between."""


class Part(NamedTuple):
    """One call of a batch."""

    instance_id: str
    operation: Operation
    if_match: int | None


async def batch(request: Request[Any], parts: Sequence[Part]) -> Response:
    """The reply to a batch: the calls' results in their order.

    An idempotency key of the batch gives each call one that is derived from it and the call's place. Once the
    results take more than `GYM_HTTP_MAX_REPLY_BYTES`, the calls that are left are not applied, and their problem
    says so.

    Raises:
        Unauthorized: API keys are set, and the request brought none.
        InvalidValue: its idempotency key is of no use.
    """
    return request.reply({"results": await _Batch(request, parts).results()})


class _Batch:
    """One batch under way."""

    def __init__(self, request: Request[Any], parts: Sequence[Part]) -> None:
        self._request = request
        self._parts = parts
        self._keyed = request.keyed
        self._most_bytes = request.service.settings.max_reply_bytes
        self._size = 0
        self._results: dict[int, dict[str, Any]] = {}
        request.check_key()

    async def results(self) -> list[dict[str, Any]]:
        """Every call's result, once all have one."""
        of_instance: dict[str, list[int]] = {}
        for number, part in enumerate(self._parts):
            of_instance.setdefault(part.instance_id, []).append(number)
        waiting = iter(of_instance.values())
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(AT_ONCE, len(of_instance))):
                tasks.create_task(self._call_each(waiting))
        return [self._results[number] for number in range(len(self._parts))]

    async def _call_each(self, waiting: Iterator[list[int]]) -> None:
        for numbers in waiting:
            for number in numbers:
                part = self._parts[number]
                try:
                    result = await self._call(number, part)
                except GymHTTPError as error:
                    problem = told(error)
                    result = {"status": problem["status"], "problem": problem}
                self._results[number] = {"instance_id": part.instance_id, **result}
                # A store that is near answers without a pause in which anything else could run.
                await asyncio.sleep(0)

    async def _call(self, number: int, part: Part) -> dict[str, Any]:
        if self._size > self._most_bytes:
            raise InvalidValue(
                f"The results before this one take over {self._most_bytes} bytes (GYM_HTTP_MAX_REPLY_BYTES), so "
                "this call was not applied; send it in another batch.",
                limit=self._most_bytes,
            )
        call = InstanceCall(
            self._request.instance(part.instance_id),
            part.operation,
            detached,
            part.if_match,
            None if self._keyed is None else self._keyed.part(number),
        )
        outcome = await self._request.service.session.call(call, self._request.log.timing)
        self._size += size_of(outcome.reply)
        result = {"status": 200, "revision": outcome.header.revision, **outcome.reply}
        if outcome.replayed:
            result["replayed"] = True
        if outcome.other_cpu is not None:
            result["warning"] = WARNING.format(there=outcome.other_cpu, here=outcome.header.cpu)
        return result
