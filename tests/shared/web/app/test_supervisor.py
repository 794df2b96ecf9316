"""Only where no server ever served does the parent give up; `tests/functions/test_ending.py` tries it whole."""

import os
import signal
from collections.abc import Iterator

import pytest
from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE

from shared.web.app.supervisor import Supervisor


async def fails_to_start(scope: object, receive: object, send: object) -> None:
    raise RuntimeError("no store")


async def starts_and_ends(scope: dict[str, str], receive: object, send: object) -> None:
    """An application whose server serves, and then ends with the status of one that could not start."""
    if scope["type"] == "lifespan":
        import asyncio

        asyncio.get_running_loop().call_later(0.3, os._exit, STARTUP_FAILURE)
        await receive()  # type: ignore[operator]
        await send({"type": "lifespan.startup.complete"})  # type: ignore[operator]
        await receive()  # type: ignore[operator]


async def serves(scope: dict[str, str], receive: object, send: object) -> None:
    await receive()  # type: ignore[operator]
    await send({"type": "lifespan.startup.complete"})  # type: ignore[operator]
    await receive()  # type: ignore[operator]
    await send({"type": "lifespan.shutdown.complete"})  # type: ignore[operator]


async def ignores_its_end(scope: dict[str, str], receive: object, send: object) -> None:
    """An application whose server hears no signal, as one does that never leaves native code."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    await serves(scope, receive, send)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The signal handlers of the tests' own process, which a supervisor replaces."""
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    yield
    for number, handler in before.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def supervisor(app: str) -> Supervisor:
    config = Config(f"{__name__}:{app}", lifespan="on", log_level="critical", timeout_graceful_shutdown=1)
    return Supervisor(config, sockets=[])


def test_a_server_that_cannot_start_ends_its_parent() -> None:
    parent = supervisor("fails_to_start")
    parent.run()
    assert parent.failed


def test_a_server_that_served_is_replaced_whatever_its_status() -> None:
    parent = supervisor("starts_and_ends")
    parent.init_processes()
    [first] = parent.processes
    first.process.join(60)
    assert first.exitcode == STARTUP_FAILURE
    parent.keep_subprocess_alive()
    [second] = parent.processes
    assert second.pid != first.pid
    assert not parent.failed
    assert not parent.should_exit.is_set()
    parent.terminate_all()
    parent.join_all()


def test_a_server_that_does_not_end_is_killed() -> None:
    parent = supervisor("ignores_its_end")
    parent.init_processes()
    [process] = parent.processes
    assert process.wait_until_ready(60)
    parent.terminate_all()
    parent.join_all()
    assert process.exitcode == -signal.SIGKILL


def test_a_server_that_a_hang_up_has_renewed_is_replaced_like_any_other() -> None:
    parent = supervisor("serves")
    parent.init_processes()
    [first] = parent.processes
    assert first.wait_until_ready(60)
    parent.handle_hup()
    [second] = parent.processes
    assert second.pid != first.pid
    second.process.kill()
    second.process.join(60)
    parent.keep_subprocess_alive()
    [third] = parent.processes
    assert third.pid != second.pid
    assert third.wait_until_ready(60)
    parent.terminate_all()
    parent.join_all()
