"""A small share of `make soak`: a process keeps no more memory, however many instances it has served."""

import gc
import tracemalloc
from pathlib import Path

import pytest
from gymnasium.envs.classic_control import CartPoleEnv

from shared.settings import Settings
from tests.applications import Api, served
from tests.soak.run import Memory

_INSTANCES, _LIVE = 30, 5
_MOST_GROWTH = 200_000
"""Bytes; an instance that left its environment behind would add more."""


def live_environments() -> int:
    gc.collect()
    return sum(issubclass(type(each), CartPoleEnv) for each in gc.get_objects())


def test_a_process_keeps_no_more_environments_than_it_may(tmp_path: Path) -> None:
    before = live_environments()
    with served("local", Settings(store=f"sqlite:///{tmp_path}/s.db", live_envs=_LIVE)) as client:
        api = Api(client)
        instances = [api.create() for _ in range(_INSTANCES)]
        for instance in instances:
            assert api.post(f"{instance}/reset/", {"seed": 1}).status == 200
        sizes = []
        tracemalloc.start()
        try:
            for _ in range(3):
                for instance in instances:
                    assert api.post(f"{instance}/step/", {"action": 1}).status == 200
                assert 0 < live_environments() - before <= _LIVE
                sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    assert sizes[-1] - sizes[0] < _MOST_GROWTH
    assert live_environments() == before


@pytest.mark.parametrize(("last", "growth"), [(104, 0.04), (100, 0.02), (90, 0.02)])
def test_growth_is_that_of_peaks_after_the_first_tenth(last: float, growth: float) -> None:
    memory = Memory(0, [(5, 50), (10, 60), (20, 100), (50, 102), (100, last)])
    assert memory.growth == pytest.approx(growth)
