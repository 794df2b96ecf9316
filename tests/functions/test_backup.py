"""The command copies a running server's store, from which another server goes on exactly."""

import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.variables import child_environment
from tests.applications import Api
from tests.servers import ROOT, KeptOpen, Server, uvicorn


def command(store: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "functions.backup", str(folder)],
        cwd=ROOT,
        env=child_environment(GYM_HTTP_STORE=store),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_copy_of_a_running_servers_store_goes_on_exactly(tmp_path: Path) -> None:
    """The file alone, copied at the same moment, is empty: everything is in the log yet."""
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/live/s.db") as server:
        api = Api(server)
        instance = api.create("CartPole-v1")
        api.post(f"{instance}/reset/", {"seed": 1})
        copied = command(f"sqlite:///{tmp_path}/live/s.db", tmp_path / "copy")
        assert (copied.returncode, copied.stdout.split()) == (
            0,
            [f"{tmp_path}/copy/s.db", f"{tmp_path}/copy/s.db.key"],
        )
        assert b"state/public" not in (tmp_path / "live" / "s.db").read_bytes()
        went_on = api.post(f"{instance}/step/", {"action": 1}).json
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/copy/s.db") as server:
        assert Api(server).post(f"{instance}/step/", {"action": 1}).json == went_on
    assert stat.S_IMODE((tmp_path / "copy" / "s.db.key").stat().st_mode) == 0o600


KINDS: Sequence[tuple[str, dict[str, Any], Any]] = (
    ("CartPole-v1", {}, 1),
    ("CartPole-v1", {"num_envs": 3}, [1, 0, 1]),
    ("FrozenLake-v1", {}, 2),
    ("Pendulum-v1", {}, [0.5]),
    ("LunarLander-v3", {}, 2),
    ("HalfCheetah-v5", {}, [0.1] * 6),
)
"""Environments of every mechanism that is no trial, with an action that each is stepped by."""
LATER = 8
"""Steps after the copy that are compared."""


@dataclass
class Stepped:
    """An instance that is stepped without pause, and what came of it at each of its revisions."""

    api: Api
    path: str
    action: Any
    replies: dict[int, Any] = field(default_factory=dict)

    def step(self, api: Api | None = None) -> tuple[int, Any]:
        """The revision after one more step, and the reply; a reset where the episode is over."""
        api = api or self.api
        reply = api.post(f"{self.path}/step/", {"action": self.action})
        if reply.status == 409:
            reply = api.post(f"{self.path}/reset/")
        assert reply.status == 200, reply.content
        return int(reply.headers["etag"].strip('"')), reply.json


@contextmanager
def load(stepped: Sequence[Stepped]) -> Iterator[None]:
    """Step all of them, each in a thread, until the block ends."""
    stop, errors = threading.Event(), []

    def go_on(each: Stepped) -> None:
        try:
            while not stop.is_set():
                revision, reply = each.step()
                each.replies[revision] = reply
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=go_on, args=(each,)) for each in stepped]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []


def begin(server: Server, stack: ExitStack) -> Sequence[Stepped]:
    """One instance of each kind, reset, with a connection for each until the stack is left."""
    stepped = []
    for env_id, more, action in KINDS:
        api = Api(stack.enter_context(closing(KeptOpen(server))))
        stepped.append(Stepped(api, api.create(env_id, **more), action))
        api.post(f"{stepped[-1].path}/reset/", {"seed": 1})
    return stepped


def wait_for_steps(stepped: Sequence[Stepped], count: int) -> None:
    """Wait until each has made so many more."""
    before, deadline = [len(each.replies) for each in stepped], time.monotonic() + 60
    while any(len(each.replies) < then + count for each, then in zip(stepped, before, strict=True)):
        assert time.monotonic() < deadline, "the steps did not go on"
        time.sleep(0.02)


def test_what_was_copied_under_load_goes_on_elsewhere_as_it_did_here(tmp_path: Path) -> None:
    """Whatever revision of an instance the copy has, its next steps are those that were made from there."""
    with (
        uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/live/s.db", GYM_HTTP_LOG="off") as server,
        ExitStack() as stack,
    ):
        stepped = begin(server, stack)
        with load(stepped):
            wait_for_steps(stepped, 10)
            copied = command(f"sqlite:///{tmp_path}/live/s.db", tmp_path / "copy")
            wait_for_steps(stepped, LATER + 2)
    assert copied.returncode == 0, copied.stderr
    (tmp_path / "copy").rename(tmp_path / "elsewhere")
    with (
        uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/elsewhere/s.db") as server,
        closing(KeptOpen(server)) as client,
    ):
        api = Api(client)
        for each in stepped:
            revision = int(api.get(each.path).headers["etag"].strip('"'))
            assert revision >= 10
            for number in range(1, LATER + 1):
                assert each.step(api) == (revision + number, each.replies[revision + number]), each.path


def test_a_store_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    ended = command(f"sqlite:///{tmp_path}/missing.db", tmp_path / "copy")
    assert ended.returncode == 1
    assert f"The store {tmp_path}/missing.db cannot be copied" in ended.stderr
    assert not (tmp_path / "missing.db").exists()


def test_another_store_is_told_how_it_is_backed_up(tmp_path: Path) -> None:
    ended = command("memory:", tmp_path / "copy")
    assert (ended.returncode, "GYM_HTTP_STORE is no SQLite file" in ended.stderr) == (1, True)
