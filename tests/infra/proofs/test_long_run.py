"""Two servers take turns on an instance, and every result is that of an environment which nobody interrupts.

An id of each kind of what a snapshot may hold: attributes, an emulator's state, calls, graphs and native leaves.
`make families` plays those of other packages for longer, with each server in a process of its own.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from infra.proofs.long_run import LongRun, by_turns, long_run
from infra.proofs.served_turns import Created, Server, Turn
from shared.session.lifecycle.verdicts import Verdicts
from shared.session.stored.reference import Reference
from shared.snapshot.conformance.selection import Verdict, verdict_key
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.storage.sqlite import SQLiteStore
from tests.shared.snapshot import foreign
from tests.shared.snapshot.mujoco import foreign as simulated
from tests.shared.snapshot.replay import envs as replayed

MODULES = ("ale_py", foreign.__name__, simulated.__name__, replayed.__name__)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[Server]]:
    """Two in this process, over one store."""
    both = [Server(tmp_path / "store.db", MODULES, 60) for _ in range(2)]
    yield both
    for server in both:
        server.close()


def played(tmp_path: Path, servers: Sequence[Any], recipe: Recipe, mechanism: str, steps: int) -> LongRun:
    """A run of turns of 15 calls. The environment's trial is over: it takes seconds, and has tests of its own."""
    store = SQLiteStore(tmp_path / "store.db")
    with asyncio.Runner() as runner:
        runner.run(Verdicts(store).put(verdict_key(recipe), Verdict(mechanism, {})))
        runner.run(store.close())
    return by_turns(recipe, servers, steps, turn=15)


@pytest.mark.parametrize(
    ("env_id", "mechanism", "steps"),
    [
        ("Acrobot-v1", "classic-control", 300),
        ("InvertedPendulum-v5", "mujoco", 150),
        ("LunarLander-v3", "box2d", 150),
        ("ALE/Pong-v5", "ale", 150),
        ("ForeignWalk-v0", "object-graph", 150),
        ("ForeignFeeling-v0", "object-graph", 150),
        ("test/Rewound-v0", "journal-since-reset", 150),
        ("test/Rewound-v0", "journal-since-reset-any", 150),
        ("ForeignHidden-v0", "journal", 150),
    ],
)
def test_every_call_comes_out_as_if_nobody_had_interrupted(
    tmp_path: Path, servers: list[Server], env_id: str, mechanism: str, steps: int
) -> None:
    found = played(tmp_path, servers, Recipe(env_id, seed=1), mechanism, steps)
    assert (found.mechanism, found.steps, found.differences, found.ended) == (mechanism, steps, 0, "")
    assert found.restores >= steps // 15
    assert found.evicted_ms is not None
    assert found.held_ms is not None
    assert 0 < found.median_bytes <= found.largest_bytes < 1 << 16


def test_a_server_that_is_up_to_date_restores_nothing(servers: list[Server]) -> None:
    reference = servers[0].create(Recipe("Acrobot-v1", seed=1)).reference
    first, second = (servers[0].turn(reference, [call], evicted=False) for call in (Reset(1), Step(np.int64(0))))
    assert first.restore_ms is not None
    assert (second.held, second.restore_ms) == (True, None)


def test_another_instance_of_the_kind_takes_the_room_of_one_that_is_evicted(servers: list[Server]) -> None:
    reference = servers[0].create(Recipe("Acrobot-v1", seed=1)).reference
    servers[0].turn(reference, [Reset(1)], evicted=False)
    found = servers[0].turn(reference, [Step(np.int64(0))], evicted=True)
    assert not found.held
    assert found.restore_ms is not None


class Altered:
    """A server that tells one reward wrongly."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def create(self, recipe: Recipe) -> Created:
        return self._server.create(recipe)

    def turn(self, reference: Reference, calls: Sequence[Call], evicted: bool) -> Turn:
        found = self._server.turn(reference, calls, evicted)
        found.outcomes[4] = {**found.outcomes[4], "reward": "another"}
        return found


def test_a_difference_is_told_and_ends_the_run(tmp_path: Path, servers: list[Server]) -> None:
    both = [servers[0], Altered(servers[1])]
    found = played(tmp_path, both, Recipe("Acrobot-v1", seed=1), "classic-control", 100)
    assert found.differences == 1
    assert found.steps == 29
    assert found.ended == "step 19 of episode 1: reward differed"
    assert "1 differences" in found.told()


def test_a_call_that_is_refused_ends_the_run(tmp_path: Path, servers: list[Server]) -> None:
    """An instance that the store has lost stands for any refusal."""

    class Losing(Altered):
        def turn(self, reference: Reference, calls: Sequence[Call], evicted: bool) -> Turn:
            return self._server.turn(reference._replace(instance_id="lost"), calls, evicted)

    both = [servers[0], Losing(servers[1])]
    found = played(tmp_path, both, Recipe("Acrobot-v1", seed=1), "classic-control", 100)
    assert (found.steps, found.differences) == (14, 0)
    assert found.ended.startswith("after step 14: ")


def test_what_cannot_be_created_is_told_in_the_servers_words(servers: list[Server]) -> None:
    found = by_turns(Recipe("ForeignUnknown-v0", seed=1), servers, 10)
    assert (found.mechanism, found.steps) == ("refused", 0)
    assert "ForeignUnknown" in found.told()


def test_a_run_ends_when_its_time_is_over(servers: list[Server]) -> None:
    found = by_turns(Recipe("Acrobot-v1", seed=1), servers, 1000, turn=15, ends=0.0)
    assert (found.steps, found.ended) == (14, "the time was over")


def test_each_server_is_a_process_of_its_own() -> None:
    found = long_run("Acrobot-v1", (), 60, turn=10)
    assert (found.mechanism, found.steps, found.differences, found.ended) == ("classic-control", 60, 0, "")
    assert found.restores >= 6
