"""A small share of `make rollouts`, and that it tells a trajectory that is not the one in process."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import rollouts


def test_rollouts_over_sessions_are_those_in_process_through_kills_and_lost_replies(tmp_path: Path) -> None:
    played = asyncio.run(rollouts.play(tmp_path, rollouts=8, steps=40, kills=3, losses=24))
    assert played.whole, str(played)
    assert (played.kills, played.lost) == (3, 24)


def test_a_trajectory_that_is_not_the_one_in_process_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_process = rollouts._in_process

    def other(number: int, steps: int) -> Iterator[Any]:
        return in_process(number + 1 if number == 1 else number, steps)

    monkeypatch.setattr(rollouts, "_in_process", other)
    played = asyncio.run(rollouts.play(tmp_path, rollouts=3, steps=4, kills=0, losses=0))
    assert (played.different, played.rewritten, played.whole) == ([1], [], False)
