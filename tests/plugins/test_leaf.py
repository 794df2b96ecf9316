"""A native leaf of an installed package is carried in object graphs like those that are built in."""

import importlib
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from shared.codec.plain import NotPlain
from shared.errors import SnapshotIncompatible
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph import native_state, pickler
from shared.snapshot.graph.leaves import leaf_named, registered_leaves
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.graph.pattern import Survey
from shared.snapshot.graph.testing import NativeLeafContract, graph_of, restored
from shared.snapshot.making.make import make

PACKAGE = "gym_http_example"
LEDGER = Recipe(f"{PACKAGE}/Ledger-v0", seed=1)


def forget() -> None:
    """What was found out about types and packages, which an installation changes."""
    for found in (registered_leaves, pickler.reducer_of, native_state.library_of):
        found.cache_clear()


@pytest.fixture
def present(installed: Path) -> Iterator[None]:
    """The installed package, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(installed)
        forget()
        importlib.import_module(f"{PACKAGE}.ledger")
        yield
        del gymnasium.registry[LEDGER.env_id]
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
    forget()


def booked(*worths: float) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY AUTOINCREMENT, worth REAL)")
    with connection:
        connection.executemany("INSERT INTO entry (worth) VALUES (?)", [(worth,) for worth in worths])
    return connection


def emptied() -> sqlite3.Connection:
    """With free pages, and a number from which it goes on counting."""
    connection = booked(*range(5000))
    with connection:
        connection.execute("DELETE FROM entry")
    return connection


class TestConnectionLeaf(NativeLeafContract):
    @pytest.fixture(autouse=True)
    def _named(self, present: None) -> None:
        self.leaf = leaf_named("sqlite3.Connection")

    def examples(self) -> Sequence[Callable[[], Any]]:
        return [lambda: sqlite3.connect(":memory:"), lambda: booked(1.5, -2.0), lambda: booked(), emptied]

    def observed(self, connection: Any) -> Any:
        with connection:
            connection.execute("CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, worth REAL)")
            connection.execute("INSERT INTO entry (worth) VALUES (7.25)")
        return connection.execute("SELECT * FROM entry").fetchall()


@pytest.mark.usefixtures("present")
def test_an_environment_that_holds_such_an_object_is_exact() -> None:
    """Its pages are carried, in fresh processes too, where the package is found again by its entry point."""
    report = check_snapshot(
        LEDGER.env_id, modules=(f"{PACKAGE}.ledger",), episodes=(1, 2), steps=12, further=45, chain=12
    )
    assert report.mechanism == OBJECT_GRAPH.name
    assert f"{PACKAGE}.leaf" in Survey(make(LEDGER)).modules  # whose version a snapshot names


@pytest.mark.usefixtures("present")
def test_a_state_that_the_leaf_does_not_carry_is_refused_with_the_way_there(tmp_path: Path) -> None:
    env = make(LEDGER)
    database = env.unwrapped._database
    database.execute("INSERT INTO entry (worth) VALUES (1.0)")
    with pytest.raises(NotPlain, match=r"_database: an SQLite transaction is open"):
        OBJECT_GRAPH.adopt(env, LEDGER).capture()
    database.rollback()
    OBJECT_GRAPH.adopt(env, LEDGER).capture()
    database.execute("ATTACH ? AS other", (str(tmp_path / "file.db"),))
    with pytest.raises(NotPlain, match=r"_database: an SQLite connection has temporary tables or files"):
        OBJECT_GRAPH.adopt(env, LEDGER).capture()


def test_without_the_package_such_an_object_is_refused_and_a_snapshot_of_it_too(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot names the type alone, which nothing here carries; nothing is imported for it."""
    with monkeypatch.context() as patch:
        patch.syspath_prepend(installed)
        forget()
        graph = graph_of(booked(1.5))
    forget()
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(NotPlain, match=r"sqlite3\.Connection stands for something outside"):
        graph_of(booked(1.5))
    with pytest.raises(SnapshotIncompatible, match=r"holds a sqlite3\.Connection, and no package"):
        restored(graph)
    assert PACKAGE.encode() not in graph[0]
    assert f"{PACKAGE}.leaf" not in sys.modules
