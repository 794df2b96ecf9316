"""Replacements that arrive together share a transaction, and each is answered as if it were alone."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.storage.protocol import Conflict, Stored, Tag
from shared.storage.sqlite import SQLiteStore
from shared.storage.sqlite_group import LONGEST_BYTES, MOST
from tests.servers import ROOT

T = TypeVar("T")
BODY = b"x" * 700


def run(path: Path, work: Callable[[SQLiteStore], Awaitable[T]]) -> T:
    """What the work comes to on a store of its own."""

    async def working() -> T:
        store = SQLiteStore(path)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(working())


async def made(store: SQLiteStore, count: int) -> list[Tag]:
    return [await store.put(f"state/{number}", b"first") for number in range(count)]


async def replaced(store: SQLiteStore, tags: Sequence[Tag], body: bytes = BODY) -> list[Any]:
    """Replace all of them in one turn; the new tags, or what was raised."""
    puts = [store.put(f"state/{number}", body, tag) for number, tag in enumerate(tags)]
    return await asyncio.gather(*puts, return_exceptions=True)


async def gathering(store: SQLiteStore, count: int) -> list[Tag]:
    """As `made`, by a store that has seen two replacements in one turn."""
    tags = await made(store, max(count, 2))
    tags = [await store.put(f"state/{number}", b"first", tag) for number, tag in enumerate(tags)][:count]
    assert store._group.gathers
    return tags


async def bodies(store: SQLiteStore, count: int) -> list[bytes]:
    found = [await store.get(f"state/{number}") for number in range(count)]
    assert all(isinstance(each, Stored) for each in found)
    return [each.body for each in found if isinstance(each, Stored)]


def statements(store: SQLiteStore) -> list[str]:
    """Collects the first words of all statements that the store runs from now on."""
    told: list[str] = []
    store._connection().set_trace_callback(lambda statement: told.append(statement.split()[0]))
    return told


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "snapshots.db"


def test_what_arrives_in_one_turn_is_one_transaction(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        tags = await gathering(store, 3)
        told = statements(store)
        new = await replaced(store, tags)
        assert told == ["BEGIN", "UPDATE", "UPDATE", "UPDATE", "COMMIT"]
        assert [await store.get(f"state/{number}") for number in range(3)] == [Stored(BODY, tag) for tag in new]

    run(path, work)


def test_a_transaction_has_a_bounded_number_of_them(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        tags = await gathering(store, MOST + 2)
        told = statements(store)
        assert all(isinstance(each, str) for each in await replaced(store, tags))
        assert told.count("COMMIT") == 2
        assert set(await bodies(store, len(tags))) == {BODY}

    run(path, work)


@pytest.mark.parametrize("size", [len(BODY), LONGEST_BYTES + 1], ids=["alone", "long"])
def test_one_that_is_alone_or_long_has_a_transaction_of_its_own(path: Path, size: int) -> None:
    async def work(store: SQLiteStore) -> None:
        tags = await gathering(store, 1 if size == len(BODY) else 2)
        told = statements(store)
        assert all(isinstance(each, str) for each in await replaced(store, tags, b"x" * size))
        assert told == ["UPDATE"] * len(tags)

    run(path, work)


def test_who_is_alone_is_written_at_once_until_another_comes_in_the_same_turn(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        [first, second] = await made(store, 2)
        for _ in range(3):
            put = store.put("state/0", BODY, first)
            with pytest.raises(StopIteration) as written:  # without a pause
                put.send(None)
            first = written.value.value
            await asyncio.sleep(0)
        [first, second] = await replaced(store, [first, second])
        told = statements(store)
        [first, second] = await replaced(store, [first, second])
        assert told == ["BEGIN", "UPDATE", "UPDATE", "COMMIT"]
        for _ in range(20):
            first = await store.put("state/0", BODY, first)
            await asyncio.sleep(0)
        assert not store._group.gathers
        assert told[4:] == ["UPDATE"] * 20

    run(path, work)


def test_a_conflict_fails_its_caller_alone(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        first, _, third = await gathering(store, 3)
        found = await replaced(store, [first, Tag("another"), third])
        assert [type(each) for each in found] == [str, Conflict, str]
        assert found[1].sent_once
        assert await bodies(store, 3) == [BODY, b"first", BODY]

    run(path, work)


def test_of_two_that_replace_the_same_object_one_wins(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        [tag] = await gathering(store, 1)
        puts = [store.put("state/0", BODY + each, tag) for each in (b"1", b"2")]
        found = await asyncio.gather(*puts, return_exceptions=True)
        assert [type(each) for each in found] == [str, Conflict]
        assert await bodies(store, 1) == [BODY + b"1"]

    run(path, work)


@pytest.mark.parametrize("how", ["ABORT", "ROLLBACK"])
def test_where_one_fails_the_others_are_written_alone(path: Path, how: str) -> None:
    """With ROLLBACK, SQLite ends the transaction itself, as on a full disk."""

    async def work(store: SQLiteStore) -> None:
        tags = await gathering(store, 4)
        store._connection().executescript(
            "CREATE TRIGGER failing BEFORE UPDATE ON objects WHEN new.key = 'state/2' "
            f"BEGIN SELECT RAISE({how}, 'it fails'); END"
        )
        found = await replaced(store, tags)
        assert [type(each) for each in found] == [str, str, StoreUnavailable, str]
        assert await bodies(store, 4) == [BODY, BODY, b"first", BODY]
        assert isinstance(await store.put("state/0", b"later", found[0]), str)

    run(path, work)


def test_after_a_failed_commit_the_outcome_of_all_is_unknown_and_nothing_of_it_lingers(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        tags = await gathering(store, 3)
        connection = store._connection()
        connection.executescript(
            "PRAGMA foreign_keys = ON; CREATE TABLE parents (id INTEGER PRIMARY KEY);"
            "CREATE TABLE children (id REFERENCES parents DEFERRABLE INITIALLY DEFERRED);"
            "CREATE TRIGGER orphan AFTER UPDATE ON objects WHEN new.key = 'state/1' "
            "BEGIN INSERT INTO children VALUES (7); END"
        )
        found = await replaced(store, tags)
        assert [type(each) for each in found] == [OutcomeUnknown] * 3
        assert await bodies(store, 3) == [b"first"] * 3
        store._connection().execute("DROP TRIGGER orphan")
        assert all(isinstance(each, str) for each in await replaced(store, tags))

    run(path, work)


def test_a_group_waits_for_the_lock(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        tags = await gathering(store, 2)
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.1, other.execute, ("COMMIT",))
        release.start()
        assert all(isinstance(each, str) for each in await replaced(store, tags))
        release.join()
        other.close()

    run(path, work)


def test_who_is_cancelled_takes_nobody_along(path: Path) -> None:
    async def work(store: SQLiteStore) -> None:
        tags = await gathering(store, 2)
        tasks = [asyncio.create_task(store.put(f"state/{each}", BODY, tag)) for each, tag in enumerate(tags)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        cancelled, other = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(cancelled, asyncio.CancelledError)
        assert isinstance(other, str)
        assert (await bodies(store, 2))[1] == BODY

    run(path, work)


def test_what_an_ended_event_loop_left_behind_holds_up_no_other(path: Path) -> None:
    store = SQLiteStore(path)

    async def ending() -> None:
        [tag] = await gathering(store, 1)
        put = store.put("state/0", BODY, tag)
        asyncio.get_running_loop().call_soon(lambda: (put.send(None), put.close()))

    loop = asyncio.new_event_loop()
    loop.run_until_complete(ending())
    loop.close()

    async def later() -> None:
        assert await bodies(store, 1) == [b"first"], "the loop ended before it was written"
        tags = [await store.put("state/0", b"again")]
        assert isinstance((await replaced(store, tags))[0], str)
        await store.close()

    asyncio.run(later())


_WRITER = """
import asyncio, sys
from shared.storage.sqlite import SQLiteStore

async def writing(store, key):
    tag, number = await store.put(key, b"%d" % 0 + b" " * 700), 0
    while True:
        number += 1
        tag = await store.put(key, b"%d" % number + b" " * 700, tag)
        print(key, number, flush=True)

async def main():
    store = SQLiteStore(sys.argv[1])
    await asyncio.gather(*(writing(store, f"state/{each}") for each in range(16)))

asyncio.run(main())
"""


def test_what_was_acknowledged_outlives_a_killed_process(path: Path) -> None:
    acknowledged: dict[str, int] = {}
    process = subprocess.Popen([sys.executable, "-c", _WRITER, path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        for _ in range(2000):
            key, number = process.stdout.readline().split()
            acknowledged[key] = int(number)
        process.kill()
        for line in process.stdout:
            if line.endswith("\n"):
                key, number = line.split()
                acknowledged[key] = int(number)
    assert len(acknowledged) == 16

    async def work(store: SQLiteStore) -> None:
        for key, number in acknowledged.items():
            found = await store.get(key)
            assert isinstance(found, Stored)
            assert int(found.body) >= number

    run(path, work)
