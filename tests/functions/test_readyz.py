"""`/v1/readyz/` tells whether to send calls to a process: its store answers, and it was not told to end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from functions import health, livez, readyz
from shared.settings import Settings
from shared.web.app.application import Application, create_app
from tests.applications import Api, served
from tests.shared.session.sessions import run


def test_a_server_whose_store_answers_is_ready(api: Api) -> None:
    reply = api.get("/v1/readyz/")
    assert (reply.status, reply.json) == (200, {"status": "ok"})


def test_a_store_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    store = f"sqlite:///{tmp_path}/a-file/x.db"
    with served("lambda", Settings(store=store, signing_keys=("k" * 32,))) as client:
        reply = Api(client).get("/v1/readyz/")
    assert (reply.status, reply.json["type"]) == (503, "urn:gym-http:problem:store-unavailable")


@asynccontextmanager
async def started(app: Application) -> AsyncIterator[Callable[[str], Awaitable[httpx2.Response]]]:
    """What asks an application that was started, as a server does it in the process's main thread."""
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    asked.put_nowait({"type": "lifespan.startup"})
    serving = asyncio.create_task(app({"type": "lifespan"}, asked.get, told.put))  # type: ignore[arg-type]
    assert (await told.get())["type"] == "lifespan.startup.complete"
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        yield lambda path: client.get(path)
    asked.put_nowait({"type": "lifespan.shutdown"})
    await serving


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_was_told_to_end_is_alive_and_not_ready(settings: Settings, number: signal.Signals) -> None:
    async def test() -> None:
        app = create_app(health.router, livez.router, readyz.router, settings=settings)
        async with started(app) as ask:
            assert (await ask("/v1/readyz/")).status_code == 200
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.05)
            for path in ("/v1/readyz/", "/v1/health/"):
                reply = await ask(path)
                assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
                assert reply.json()["type"] == "urn:gym-http:problem:server-ending"
            assert (await ask("/v1/livez/")).status_code == 200

    before = signal.signal(number, lambda *_: None)  # a server's own handler
    try:
        run(test)
    finally:
        signal.signal(number, before)
