"""The contract suite of leaves finds a leaf that breaks a rule, each by the test of that rule."""

import itertools
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from shared.errors import SnapshotCorrupt, SnapshotIncompatible
from shared.snapshot.graph import leaves, pickler
from shared.snapshot.graph.testing import NativeLeafContract, graph_of, restored


class Counter:
    """Stands for a native object: what it holds is not looked at but by its leaf."""

    def __init__(self, count: int = 0) -> None:
        self.count = count
        self.looks = 0

    def next(self) -> int:
        self.count += 1 + 10 * self.looks
        return self.count


class CounterLeaf:
    type = f"{__name__}.Counter"
    subclasses = False

    def parts(self, counter: Counter) -> tuple[Any, ...]:
        return ()

    def to_bytes(self, counter: Counter) -> bytes:
        return counter.count.to_bytes(4, "little")

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Counter:
        if len(body) != 4:
            raise ValueError("a counter takes four bytes")
        return Counter(int.from_bytes(body, "little"))


COUNTER = CounterLeaf()


class CounterSuite(NativeLeafContract):
    leaf = COUNTER

    def examples(self) -> Sequence[Callable[[], Any]]:
        return [Counter, lambda: Counter(7)]

    def observed(self, counter: Counter) -> Any:
        return [counter.next() for _ in range(3)]


RULES = [name for name in vars(NativeLeafContract) if name.startswith("test_")]
HERE = [rule for rule in RULES if "fresh_process" not in rule]  # another process does not know this leaf


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(leaves, "_BUILT_IN", {CounterLeaf.type: f"{__name__}:COUNTER"})
    leaves._own.cache_clear()
    pickler.reducer_of.cache_clear()
    yield
    leaves._own.cache_clear()
    pickler.reducer_of.cache_clear()


@pytest.mark.parametrize("rule", HERE)
def test_a_leaf_that_keeps_every_rule_passes(rule: str) -> None:
    getattr(CounterSuite(), rule)()


COUNT = itertools.count(1)
CAPTURED: list[Counter] = []


def another_each_time(self: Any, counter: Counter) -> bytes:
    return next(COUNT).to_bytes(4, "little")


def altering(self: Any, counter: Counter) -> bytes:
    counter.looks += 1
    return counter.count.to_bytes(4, "little")


def remembering(self: Any, counter: Counter) -> bytes:
    CAPTURED.append(counter)
    return counter.count.to_bytes(4, "little")


def the_captured_one(self: Any, body: bytes, parts: tuple[Any, ...]) -> Counter:
    return CAPTURED[-1]


def half_restored(self: Any, body: bytes, parts: tuple[Any, ...]) -> Counter:
    counter = Counter(int.from_bytes(body, "little"))
    counter.looks = 1
    return counter


def unchecked(self: Any, body: bytes, parts: tuple[Any, ...]) -> Counter:
    return Counter(int.from_bytes(body[:4], "little"))


BROKEN: dict[str, dict[str, Any]] = {
    "is_registered": {"type": "elsewhere.Counter"},
    "equal_states": {"to_bytes": another_each_time},
    "leaves_the_instance": {"to_bytes": altering},
    "same_bytes_and_answers": {"from_bytes": half_restored},
    "shares_nothing": {"to_bytes": remembering, "from_bytes": the_captured_one},
    "cut_short": {"from_bytes": unchecked},
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_leaf_that_breaks_a_rule_fails_the_test_of_that_rule(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [rule] = [name for name in RULES if broken in name]
    for name, value in BROKEN[broken].items():
        monkeypatch.setattr(CounterLeaf, name, value)
    with pytest.raises((AssertionError, SnapshotIncompatible, pytest.fail.Exception)):
        getattr(CounterSuite(), rule)()


def test_a_leaf_that_another_process_does_not_find_is_found_out() -> None:
    """This one is registered in the memory of this process alone."""
    with pytest.raises(subprocess.CalledProcessError):
        CounterSuite().test_an_instance_restored_in_a_fresh_process_answers_the_same()


def test_a_leaf_that_restores_another_state_is_refused_at_every_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no suite is run."""
    graph = graph_of(Counter(3))
    monkeypatch.setattr(CounterLeaf, "from_bytes", lambda *_: Counter(4))
    with pytest.raises(SnapshotCorrupt, match=r"The leaf for .*Counter made an object in another state"):
        restored(graph)
