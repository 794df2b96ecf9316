"""The programs that an episode is copied as, run against a server."""

import json
import os
import subprocess
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from tests.servers import uvicorn
from tests.static.agent.copies.running import run_copy

TESTS = Path(__file__).with_name("episode.test.mjs")
GOAL = 0.01
ACTION = [0.12345678901234568]


@pytest.mark.parametrize("key", [None, "open-sesame"])
def test_an_episode_copied_in_any_language_plays_the_same_episode(
    node: str, tmp_path: Path, key: str | None
) -> None:
    """Its calls before the episode are too long for one argument of a shell's command."""
    keys = {} if key is None else {"GYM_HTTP_API_KEYS": f"me:{key}"}
    given = {} if key is None else {"GYM_HTTP_API_KEY": key}
    limit = {"GYM_HTTP_MAX_STEPS_PER_CALL": "10000"}
    alone = gymnasium.make("MountainCarContinuous-v0", goal_velocity=GOAL)
    alone.reset(seed=42)
    expected = alone.step(np.array(ACTION, np.float32))[0].tolist()
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db", **keys, **limit) as server:
        environment = {**os.environ, "GYM_HTTP_URL": server.url, "GYM_HTTP_COPY": "1", **given}
        done = subprocess.run([node, TESTS], env=environment, capture_output=True, text=True)
        [line] = [line for line in done.stdout.splitlines() if "COPY {" in line]
        for language, program in json.loads(line.partition("COPY ")[2]).items():
            first, second = run_copy(language, program, node, environment)
            assert (first["info"], second["observation"]) == ({}, expected), language
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        assert server.send("GET", "/v1/envs/", headers=headers).json == {}
