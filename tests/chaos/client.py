"""A client with a failing network: replies are lost, requests arrive twice, connections break."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import httpx2
import msgspec

from tests.chaos.fleet import Server
from tests.chaos.history import Attempt, Call, Recorder
from tests.chaos.plan import Plan

_FAULTS = ("client lost the reply", "client hung up", "sent twice")
_HANG_UP_S = (0.0, 0.01)
_TRIES = 20
_LONGEST_PAUSE_S = 0.3

_numbers = itertools.count(1)


class Client:
    """Sends calls to any server that runs, and records every request and reply."""

    def __init__(self, number: int, servers: Sequence[Server], plan: Plan, recorder: Recorder) -> None:
        self._number = number
        self._servers = servers
        self._plan = plan
        self._recorder = recorder

    async def call(self, op: str, instance: str = "", *, keyed: bool = False, **body: Any) -> Call:
        """Send the call. With a key, repeat it until a reply is final."""
        number = next(_numbers)
        attempts: list[Attempt] = []
        for tried in range(_TRIES if keyed else 1):
            attempts += await self._send(Attempt(number, op, instance, body, 0.0, client=self._number), keyed)
            if any(attempt.status == HTTPStatus.OK for attempt in attempts):
                self._plan.acknowledged += 1
                break
            if any(attempt.status == HTTPStatus.NOT_FOUND for attempt in attempts):
                break
            await asyncio.sleep(self._plan.random.uniform(0, _LONGEST_PAUSE_S * min(tried, 5) / 5))
        return Call(tuple(attempts))

    async def insist(self, op: str, instance: str = "", **body: Any) -> Call:
        """Repeat a call that changes nothing, each time as a new call, until one is acknowledged."""
        while True:
            call = await self.call(op, instance, **body)
            if call.acknowledgement is not None:
                return call
            await asyncio.sleep(0.02)

    async def _send(self, attempt: Attempt, keyed: bool) -> list[Attempt]:
        """Send one request, or two at once if the network repeats it."""
        fault = self._plan.draw(_FAULTS, chance=0.3)
        if fault != "sent twice":
            return [await self._request(attempt, keyed, fault)]
        if keyed:
            return [*await asyncio.gather(*(self._request(attempt, keyed, fault) for _ in range(2)))]
        # Without a key these are two calls; the client counts itself as the maker of the first.
        again = msgspec.structs.replace(attempt, call=next(_numbers))
        first, _ = await asyncio.gather(*(self._request(each, keyed, fault) for each in (attempt, again)))
        return [first]

    async def _request(self, attempt: Attempt, keyed: bool, fault: str) -> Attempt:
        server = await self._any_server()
        assert server.client is not None
        method, path = _route(attempt)
        headers = {"Idempotency-Key": str(attempt.call)} if keyed else {}
        attempt = msgspec.structs.replace(attempt, invoked=time.monotonic(), server=server.number, fault=fault)
        sending = server.client.request(
            method, path, json=attempt.body if method == "POST" else None, headers=headers
        )
        try:
            if fault == "client hung up":
                answer = await asyncio.wait_for(sending, self._plan.random.uniform(*_HANG_UP_S))
            else:
                answer = await sending
        except (httpx2.TransportError, TimeoutError):
            self._recorder.record(attempt)
            return attempt
        if fault != "client lost the reply":
            attempt = msgspec.structs.replace(
                attempt,
                returned=time.monotonic(),
                status=answer.status_code,
                revision=int(answer.headers["etag"].strip('"')) if "etag" in answer.headers else None,
                reply=answer.json(),
                replayed="idempotency-replayed" in answer.headers,
            )
        self._recorder.record(attempt)
        return attempt

    async def _any_server(self) -> Server:
        while True:
            running = [server for server in self._servers if server.client is not None]
            if running:
                return self._plan.random.choice(running)
            await asyncio.sleep(0.02)


def _route(attempt: Attempt) -> tuple[str, str]:
    instance = f"/v1/envs/{attempt.instance}/" if attempt.instance else "/v1/envs/"
    if attempt.op in ("create", "list"):
        return "POST" if attempt.op == "create" else "GET", instance
    if attempt.op in ("read", "delete"):
        return "GET" if attempt.op == "read" else "DELETE", instance
    return "POST", instance + ("checkpoints" if attempt.op == "checkpoint" else attempt.op) + "/"
