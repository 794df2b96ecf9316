"""A warm step passes through few of our modules, and few of our functions are called for it.

Counted are calls of Python functions that are written in `functions/` and `shared/`, from the call of the
application until it has returned, as `sys.setprofile` tells of them. Not counted are comprehensions, which are no
calls from Python 3.12 on, and the functions of libraries (Gymnasium, NumPy, asyncio). A coroutine counts again
each time that it goes on. Counted so, a step once made 114 calls in 35 modules.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from functions import create_env, reset_env, step_env
from shared.settings import Settings
from shared.web.app.application import Application, create_app

MOST_MODULES = 20
MOST_CALLS = 90

_ROOT = Path(step_env.__file__).parents[1]
_OURS = tuple(str(_ROOT / folder) + "/" for folder in ("functions", "shared"))
_COMPREHENSIONS = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")


def test_a_warm_step_stays_within_its_bounds(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.storage.sqlite_file.CHECK_EVERY_S", 60)  # not at a step that comes late
    calls = asyncio.run(calls_of_a_warm_step(settings))
    modules = dict.fromkeys(module for module, _ in calls)
    told = "\n".join(f"{number:3} {module} {function}" for number, (module, function) in enumerate(calls, 1))
    assert len(modules) <= MOST_MODULES, f"{len(modules)} modules:\n" + "\n".join(modules)
    assert len(calls) <= MOST_CALLS, f"{len(calls)} calls:\n{told}"
    assert "shared/storage/sqlite.py" in modules, "the step was saved"
    assert "shared/snapshot/attributes/state.py" in modules, "and what was saved is its state"


async def calls_of_a_warm_step(settings: Settings) -> list[tuple[str, str]]:
    """The module and the name of every function called for the second step of a CartPole."""
    app = create_app(create_env.router, reset_env.router, step_env.router, settings=settings)
    async with _Server(app):
        created = json.loads(await answer(app, "/v1/envs/", {"env_id": "CartPole-v1"}))
        instance = f"/v1/envs/{created['instance_id']}"
        await answer(app, f"{instance}/reset/", {"seed": 1})
        await answer(app, f"{instance}/step/", {"action": 1})
        calls: list[tuple[str, str]] = []

        def note(frame: FrameType, event: str, _: Any) -> None:
            code = frame.f_code
            if event == "call" and code.co_filename.startswith(_OURS) and code.co_name not in _COMPREHENSIONS:
                calls.append((str(Path(code.co_filename).relative_to(_ROOT)), code.co_qualname))

        await answer(app, f"{instance}/step/", {"action": 1}, note)
        return calls


class _Server:
    """The start and the end of a server, as ASGI's lifespan has them."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._told: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._asked: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> None:
        self._asked.put_nowait({"type": "lifespan.startup"})
        self._serving = asyncio.create_task(self._app({"type": "lifespan"}, self._asked.get, self._told.put))
        assert (await self._told.get())["type"] == "lifespan.startup.complete"

    async def __aexit__(self, *_: object) -> None:
        self._asked.put_nowait({"type": "lifespan.shutdown"})
        await self._serving


async def answer(
    app: Application,
    path: str,
    body: dict[str, Any],
    profile: Callable[[FrameType, str, Any], None] | None = None,
) -> bytes:
    """The body of the reply to a POST, whose way through the code `profile` is told of."""
    raw = json.dumps(body).encode()
    sent: list[MutableMapping[str, Any]] = []

    def receive() -> Awaitable[MutableMapping[str, Any]]:
        return _done({"type": "http.request", "body": raw, "more_body": False})

    def send(message: MutableMapping[str, Any]) -> Awaitable[None]:
        sent.append(message)
        return _done(None)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"user-agent", b"test")],
    }
    sys.setprofile(profile)
    try:
        await app(scope, receive, send)
    finally:
        sys.setprofile(None)
    await asyncio.sleep(0)  # over a socket, the next request comes in another turn of the event loop
    start, end = sent
    assert start["status"] == 200, end
    content: bytes = end["body"]
    return content


def _done(value: Any) -> Awaitable[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result(value)
    return future
