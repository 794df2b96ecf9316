"""OpenEnv's own clients, unchanged, play as in process; the one that resumes outlives lost sockets and a kill.

They are installed in an environment of their own, `.venv/openenv`, by `make openenv`.
"""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ale_py
import gymnasium
import pytest

from shared.wire.values.forms import encode
from tests.docs.pages import ADDRESS, PAGES, Block
from tests.relay import relay
from tests.servers import ROOT, uvicorn

PYTHON = Path(os.environ.get("OPENENV_PYTHON", ROOT / ".venv" / "openenv" / "bin" / "python"))
ENV_IDS = ("CartPole-v1", "FrozenLake-v1", "LunarLander-v3", "Pendulum-v1", "ALE/Pong-v5")
SEEDS = (3, 5, 7)
MOST_STEPS = 60

pytestmark = pytest.mark.slow
gymnasium.register_envs(ale_py)


def played(env_id: str) -> tuple[list[list[Any]], list[dict[str, Any]]]:
    """Episodes of drawn actions, each with the seed of its reset, and what an environment in process replies."""
    env = gymnasium.make(env_id)
    env.action_space.seed(1)
    episodes, replies = list[list[Any]](), list[dict[str, Any]]()
    for seed in SEEDS:
        observation, info = env.reset(seed=seed)
        actions, reply = list[Any](), told(observation, None, False, False, info)
        replies.append(reply)
        while not reply["done"] and len(actions) < MOST_STEPS:
            action = env.action_space.sample()
            actions.append(encode(action))
            reply = told(*env.step(action))
            replies.append(reply)
        episodes.append([seed, actions])
    return episodes, replies


def told(observation: Any, reward: Any, terminated: bool, truncated: bool, info: dict[str, Any]) -> dict[str, Any]:
    seen = {"observation": observation, "info": info, "terminated": terminated, "truncated": truncated}
    reply = {"observation": seen, "reward": reward, "done": bool(terminated or truncated)}
    known: dict[str, Any] = json.loads(json.dumps(encode(reply)))
    return known


class Player:
    """The program that plays, in its own process."""

    def __init__(self, kind: str, url: str, episodes: Sequence[Any], pauses: Sequence[int] = ()) -> None:
        program = ROOT / "tests" / "clients" / "openenv_player.py"
        self._process = subprocess.Popen(
            [PYTHON, program, kind, url, json.dumps(episodes), json.dumps([*pauses])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.replies: list[dict[str, Any]] = []

    def play(self) -> bool:
        """Read replies until the program pauses, which is True, or ends."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line == "paused\n":
                return True
            self.replies.append(json.loads(line))
        assert self._process.wait(60) == 0
        return False

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        with self._process:
            pass

    def go_on(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("next\n")
        self._process.stdin.flush()


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_every_reply_to_an_unchanged_client_is_that_of_local_gymnasium(env_id: str, tmp_path: Path) -> None:
    episodes, expected = played(env_id)
    with (
        uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as server,
        Player("plain", f"{server.url}/openenv/{env_id}", episodes) as player,
    ):
        assert not player.play()
    *replies, state = player.replies
    assert replies == expected
    assert (state["step_count"], state["env_id"], state["episode"]) == (
        len(episodes[-1][1]),
        env_id,
        len(episodes),
    )


def test_a_run_goes_on_as_if_nothing_had_been_after_lost_sockets_and_a_killed_server(tmp_path: Path) -> None:
    store = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db"}
    episodes, expected = played("CartPole-v1")
    half, last = len(expected) // 2, len(expected) - 1
    with (
        relay() as between,
        Player("resuming", f"{between.url}/openenv/CartPole-v1", episodes, pauses=(2, half, last)) as player,
    ):
        with uvicorn(**store) as server:
            between.lead_to(server.url)
            for _ in range(2):
                assert player.play()
                between.cut()
                player.go_on()
            assert player.play()
            server.kill()
        with uvicorn(**store) as server:
            between.lead_to(server.url)
            player.go_on()
            assert not player.play()
            assert server.send("GET", "/v1/envs/").json == {}, "the client has closed its instance"
    *replies, state = player.replies
    assert replies == expected
    assert (state["step_count"], state["episode"]) == (len(episodes[-1][1]), len(episodes))


@pytest.mark.parametrize("block", PAGES["docs/openenv.md"].blocks, ids=["plain", "resuming", "TRL's"])
def test_the_pages_blocks_print_what_they_say(block: Block, tmp_path: Path) -> None:
    [said] = re.findall(r"print\(.*\)  # (.*)", block.text)
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as server:
        program = block.text.replace(ADDRESS, server.url)
        ran = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{said}\n"
