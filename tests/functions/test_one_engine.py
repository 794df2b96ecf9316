"""Instances of a kind of which a process holds one at a time: each is served as if it were alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from shared.snapshot.isolation.child_process import Interpreter, in_child
from shared.snapshot.isolation.nursery import nursery
from tests.applications import Api
from tests.servers import KeptOpen, uvicorn
from tests.shared.snapshot import engines

MODULE = engines.__name__
HASH_SEED = "1"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server that has tried both kinds."""
    store: Path = tmp_path_factory.mktemp("engines") / "snapshots.db"
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{store}", GYM_HTTP_ENV_MODULES=MODULE) as server:
        client = KeptOpen(server)
        yield Api(client)
        client.close()


@pytest.fixture(scope="module", autouse=True)
def processes_of_their_own() -> Iterator[None]:
    """Each environment that is observed alone has a process, a fork of one that has made none."""
    with nursery(Interpreter.here().origin(HASH_SEED), [__name__]):
        yield


def observed(seed: int, actions: list[int]) -> list[list[float]]:
    """What one in a process of its own observes, which is reset at the end of an episode."""
    env = gymnasium.make(f"{MODULE}:engines/Emulator-v0")
    found = [env.reset(seed=seed)[0].tolist()]
    for action in actions:
        seen, _, ended, _, _ = env.step(action)
        found.append(seen.tolist())
        if ended:
            found.append(env.reset()[0].tolist())
    env.close()
    return found


def actions(number: int, turns: int) -> list[int]:
    return [(number + turn * (number + 1)) % 3 for turn in range(turns)]


class Player:
    """Plays an instance to the end of its actions; every call has to succeed at the first try."""

    def __init__(self, api: Api, instance: str, number: int, turns: int) -> None:
        self._api = api
        self.instance = instance
        self.number = number
        self.found: list[Any] = []
        self.left = actions(number, turns)
        self._actions = [*self.left]

    def post(self, path: str, body: Any = None) -> Any:
        reply = self._api.post(f"{self.instance}/{path}/", body)
        assert reply.status == 200, reply.content
        return reply.json

    def begin(self) -> None:
        self.found.append(self.post("reset", {"seed": self.number})["observation"])

    def turn(self) -> bool:
        """Make the next step, and a reset where it ends the episode. False if no step is left."""
        if not self.left:
            return False
        reply = self.post("step", {"action": self.left.pop(0)})
        self.found.append(reply["observation"])
        if reply["terminated"]:
            self.found.append(self.post("reset")["observation"])
        return True

    def check(self) -> None:
        assert self.found == in_child(observed, None, HASH_SEED, self.number, self._actions)


@pytest.mark.parametrize(("kind", "turns"), [("Emulator", 65), ("Collected", 32)])
def test_two_in_turns_are_as_if_alone(api: Api, kind: str, turns: int) -> None:
    players = [Player(api, api.create(f"engines/{kind}-v0"), number, turns) for number in range(2)]
    for player in players:
        player.begin()
    while all([player.turn() for player in players]):
        pass
    for player in players:
        player.check()
        assert api.get(player.instance).json["mechanism"] == "journal-since-reset-alone"
        assert api.delete(f"{player.instance}/").status == 200


def test_calls_at_the_same_time_are_made_one_after_another(api: Api) -> None:
    drawn = [api.create("engines/Emulator-v0", render_mode="rgb_array") for _ in range(3)]
    players = [Player(api, instance, number, 12) for number, instance in enumerate(drawn)]

    def play(player: Player) -> None:
        player.begin()
        while player.turn():
            assert api.get(f"{player.instance}/monitor/render/").status == 200

    with ThreadPoolExecutor(len(players)) as pool:
        [*pool.map(play, players)]
    for player in players:
        player.check()


def test_long_calls_at_the_same_time_are_exact(api: Api) -> None:
    """A call of many steps gives no turn to another in its middle, which would cost a restore each time."""
    instances = [api.create("engines/Emulator-v0") for _ in range(3)]

    def rollout(number: int) -> Any:
        assert api.post(f"{instances[number]}/reset/", {"seed": number}).status == 200
        reply = api.post(f"{instances[number]}/rollout/", {"actions": actions(number, 20)})
        assert reply.status == 200, reply.content
        return reply.json["observations"]

    with ThreadPoolExecutor(len(instances)) as pool:
        found = [*pool.map(rollout, range(len(instances)))]
    for number, came in enumerate(found):
        assert came == in_child(observed, None, HASH_SEED, number, actions(number, 20))[1:]


def test_forks_checkpoints_and_what_may_follow_are_exact(api: Api) -> None:
    origin, beside = (Player(api, api.create("engines/Emulator-v0"), number, 36) for number in range(2))
    origin.begin()
    beside.begin()
    for _ in range(24):
        origin.turn()
        beside.turn()
    checkpoint = origin.post("checkpoints", {"name": "here"})["checkpoint_id"]
    then = [*origin.found]
    [twin_id] = origin.post("fork", {"count": 1})["instance_ids"]
    twin = Player(api, f"/v1/envs/{twin_id}", 0, 36)
    twin.found, twin.left = [*then], [*origin.left]
    assert len(origin.post("explore", {"sequences": [origin.left[:5], [0] * 5]})["returns"]) == 2
    for player in (origin, twin, beside):
        while player.turn():
            beside.turn()
        player.check()
    origin.post("restore", {"checkpoint_id": checkpoint})
    origin.found, origin.left = then, actions(0, 36)[24:]
    while origin.turn():
        pass
    origin.check()


def test_a_vector_of_them_is_refused(api: Api) -> None:
    for num_envs in (1, 2):
        reply = api.post("/v1/envs/", {"env_id": "engines/Emulator-v0", "num_envs": num_envs})
        assert reply.status == 400, reply.content
        assert "at a time" in reply.json["detail"] or "multiple emulator instances" in reply.json["detail"]
