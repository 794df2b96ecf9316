"""Only where no server ever served does the parent give up; `tests/functions/test_ending.py` tries it whole."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator

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


def supervisor(app: str, workers: int = 1, ended: Callable[[int], None] = lambda pid: None) -> Supervisor:
    config = Config(
        f"{__name__}:{app}", lifespan="on", log_level="critical", timeout_graceful_shutdown=1, workers=workers
    )
    own = [socket.create_server(("127.0.0.1", 0)) for _ in range(workers)] if workers > 1 else []
    return Supervisor(config, [], own, ended)


def tend(parent: Supervisor, until: Callable[[], bool]) -> None:
    """Do what the parent does twice a second, until the condition holds."""
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline
        parent.keep_subprocess_alive()
        time.sleep(0.05)


def end(parent: Supervisor) -> None:
    parent.terminate_all()
    parent.join_all()


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
    tend(parent, lambda: parent.processes[0].pid != first.pid)
    assert not parent.failed
    assert not parent.should_exit.is_set()
    end(parent)


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
    tend(parent, lambda: parent.processes[0].pid != first.pid)
    [second] = parent.processes
    second.process.kill()
    second.process.join(60)
    tend(parent, lambda: parent.processes[0].pid != second.pid)
    [third] = parent.processes
    assert third.wait_until_ready(60)
    end(parent)


def test_a_server_that_ends_is_replaced_alone_though_another_one_hangs() -> None:
    """The one that hangs is given its time; to wait for it would leave the other's callers waiting too."""
    parent = supervisor("serves", workers=2)
    parent.init_processes()
    first, second = parent.processes
    assert first.wait_until_ready(60)
    assert second.wait_until_ready(60)
    os.kill(first.pid, signal.SIGSTOP)
    second.process.kill()
    second.process.join(60)
    parent.config.timeout_worker_healthcheck = 600
    tend(parent, lambda: parent.processes[1].pid != second.pid)
    assert parent.processes[0].pid == first.pid
    os.kill(first.pid, signal.SIGCONT)
    end(parent)


def test_a_server_that_no_longer_answers_is_replaced_once_its_time_is_over() -> None:
    parent = supervisor("serves")
    parent.config.timeout_worker_healthcheck = 2
    parent.init_processes()
    [first] = parent.processes
    assert first.wait_until_ready(60)
    os.kill(first.pid, signal.SIGSTOP)
    began = time.monotonic()
    tend(parent, lambda: parent.processes[0].pid != first.pid)
    assert 2 <= time.monotonic() - began < 30
    end(parent)


def test_renewed_servers_leave_one_after_another_and_each_end_is_told() -> None:
    told: list[int] = []
    parent = supervisor("serves", workers=2, ended=told.append)
    parent.init_processes()
    before = [each.pid for each in parent.processes]
    assert all(each.wait_until_ready(60) for each in parent.processes)
    parent.handle_hup()
    seen = []

    def renewed() -> bool:
        seen.append([each.pid for each in parent.processes])
        return len(told) == 2

    tend(parent, renewed)
    assert not {*before} & {*seen[-1]}
    assert any(before[1] in each and before[0] not in each for each in seen)
    assert sorted(told) == sorted(before)
    end(parent)


def test_servers_are_neither_added_nor_taken_away_by_a_signal() -> None:
    """A proxy was told of as many sockets as there are."""
    parent = supervisor("serves", workers=2)
    parent.init_processes()
    assert all(each.wait_until_ready(60) for each in parent.processes)
    parent.handle_ttin()
    assert len(parent.processes) == 2
    parent.handle_ttou()
    assert len(parent.processes) == 2
    end(parent)
