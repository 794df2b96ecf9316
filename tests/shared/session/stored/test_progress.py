"""What is counted of an instance's steps, whatever follows the end of an episode."""

from typing import Any

import numpy as np
import pytest

from shared.session.stored.progress import Progress, ProgressCounter
from shared.session.stored.statistics import Statistics
from shared.snapshot.contract.recipe import Recipe

STEPS = [(1, False, False), (2, True, False), (4, False, False), (8, False, True), (16, False, False)]
"""Two episodes end, after the second and the fourth step."""


def counted(statistics: Statistics | None = None, **recipe: Any) -> list[Progress]:
    counter = ProgressCounter(Recipe("CartPole-v1", **recipe), Progress(episode=1, statistics=statistics))
    counts = []
    for step in STEPS:
        counter.step(*step)
        counts.append(counter.progress)
    return counts


@pytest.mark.parametrize(
    ("autoreset", "expected"),
    [
        ("Disabled", [(1, 1, 1, False), (1, 2, 3, True), (1, 3, 7, False), (1, 4, 15, True), (1, 5, 31, False)]),
        ("SameStep", [(1, 1, 1, False), (2, 0, 0, False), (2, 1, 4, False), (3, 0, 0, False), (3, 1, 16, False)]),
        ("NextStep", [(1, 1, 1, False), (1, 2, 3, True), (2, 0, 0, False), (2, 1, 8, True), (3, 0, 0, False)]),
    ],
)
def test_an_episode_is_counted_from_its_reset(
    autoreset: str, expected: list[tuple[int, int, float, bool]]
) -> None:
    counts = counted(autoreset=autoreset)
    assert [(each.episode, each.steps, each.episode_return, each.ended) for each in counts] == expected


def test_statistics_have_each_episode_once_at_its_end() -> None:
    *_, last = counted(Statistics())
    assert last.statistics is not None
    assert [(each.steps, each.episode_return) for each in last.statistics.latest] == [(2, 3.0), (4, 15.0)]


def test_a_vector_is_counted_as_one_and_ends_when_all_have_ended() -> None:
    counter = ProgressCounter(Recipe("CartPole-v1", num_envs=2, autoreset="NextStep"), Progress(episode=1))
    counter.step(np.array([1.0, 2.0]), np.array([True, False]), np.array([False, False]))
    assert counter.progress == Progress(1, 1, 3.0, False)
    counter.step(np.array([1.0, 2.0]), np.array([True, False]), np.array([False, True]))
    assert counter.progress == Progress(1, 2, 6.0, True)
