"""What the chart runs, run here: clients behind an ingress notice neither a dead pod nor a rolling restart."""

import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import gymnasium
import gymnasium_http
import numpy as np
import pytest

from infra.s3.seaweedfs import SeaweedFS
from tests.fixtures_s3 import BUCKET
from tests.infra.kubernetes.chart import VALUES, Manifest, one, rendered
from tests.infra.kubernetes.pods import Ingress, Pod

pytestmark = [pytest.mark.slow, pytest.mark.kubernetes]

CLIENTS = 6
SECRETS = {"gym": {"signing-keys": "k" * 32, "api-keys": "ann:s"}}


@dataclass
class Player:
    """A client that steps a CartPole here and there, and compares."""

    url: str
    seed: int
    stop: threading.Event
    steps: int = 0
    longest_s: float = 0.0
    errors: list[BaseException] = field(default_factory=list)

    def play(self) -> None:
        try:
            self._play()
        except BaseException as error:
            self.errors.append(error)

    def _play(self) -> None:
        choices = np.random.default_rng(self.seed)
        here, there = gymnasium.make("CartPole-v1"), gymnasium_http.make("CartPole-v1", url=self.url, api_key="s")
        with here, there:
            expected, got = here.reset(seed=self.seed), there.reset(seed=self.seed)
            while not self.stop.is_set():
                np.testing.assert_array_equal(got[0], expected[0])
                action, began = int(choices.integers(2)), time.monotonic()
                told = there.step(action)
                self.longest_s = max(self.longest_s, time.monotonic() - began)
                self.steps += 1
                wanted = here.step(action)
                np.testing.assert_array_equal(told[0], wanted[0])
                assert told[1:4] == wanted[1:4]
                got, expected = (told[0], {}), (wanted[0], {})
                if wanted[2] or wanted[3]:
                    expected, got = here.reset(), there.reset()


@pytest.fixture
def manifests(tmp_path: Path) -> Sequence[Manifest]:
    """Of three pods, on a prefix of this test's own, that drain for a second."""
    values = {
        **VALUES,
        "store": f"s3://{BUCKET}/{tmp_path.name}",
        "drainSeconds": 1,
        "ingress": {"enabled": True, "host": "gym.example.org"},
    }
    return rendered(tmp_path, values)


@pytest.fixture
def pods(manifests: Sequence[Manifest], seaweedfs_server: SeaweedFS) -> Iterator[list[Pod]]:
    """Three that are ready; a test may replace them by others."""
    deployment, running = one(manifests, "Deployment"), []
    try:
        for _ in range(3):
            running.append(Pod(deployment, SECRETS, seaweedfs_server.environment))
        for pod in running:
            pod.wait_until_ready()
        yield running
    finally:
        for pod in running:
            pod.kill()


def test_clients_notice_neither_a_dead_pod_nor_a_rolling_restart(
    tmp_path: Path, manifests: Sequence[Manifest], pods: list[Pod], seaweedfs_server: SeaweedFS
) -> None:
    ingress, stop = Ingress(tmp_path, manifests), threading.Event()
    players = [Player(ingress.url, seed, stop) for seed in range(CLIENTS)]
    threads = [threading.Thread(target=player.play) for player in players]
    with ingress.serving(pods), ended(stop, threads):
        go_on(players)
        undisturbed = pods_by_instance(ingress)
        pods[0].kill()
        go_on(players)
        pods[0].start()
        pods[0].wait_until_ready()
        lasted = roll(pods, ingress, one(manifests, "Deployment"), seaweedfs_server.environment)
        go_on(players)
    assert [error for player in players for error in player.errors] == []
    steps, longest_s = sum(player.steps for player in players), max(player.longest_s for player in players)
    print(f"{steps} steps, the longest waited {longest_s:.2f} s, pods ended in {max(lasted):.1f} s")
    # While nothing happened, every instance stayed where it was, and they were on several pods.
    assert len(undisturbed) == CLIENTS
    assert {len(asked) for asked in undisturbed.values()} == {1}
    assert len(set.union(*undisturbed.values())) > 1


def go_on(players: Sequence[Player], steps: int = 30) -> None:
    """Wait until each of them has made so many more steps."""
    before, deadline = [player.steps for player in players], time.monotonic() + 120
    for player, made in zip(players, before, strict=True):
        while player.steps < made + steps and not player.errors:
            assert time.monotonic() < deadline, "a client did not go on"
            time.sleep(0.05)


@contextmanager
def ended(stop: threading.Event, threads: Sequence[threading.Thread]) -> Iterator[None]:
    """Start the threads, and let them end with the block."""
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def pods_by_instance(ingress: Ingress) -> Mapping[str, set[str]]:
    """The pods that were asked for each instance."""
    found = defaultdict(set)
    for path, _, asked in ingress.answered():
        instance = re.match(r"/v1/envs/([^/]+)/", path)
        if instance:
            found[instance[1]].add(asked)
    return found


def roll(pods: list[Pod], ingress: Ingress, deployment: Manifest, more: Mapping[str, str]) -> list[float]:
    """Replace every pod by another one, and return how many seconds each took to end."""
    lasted = []
    for old in list(pods):
        new = Pod(deployment, SECRETS, more)
        pods.append(new)
        new.wait_until_ready()
        ingress.send_to([*pods[1:]])
        lasted.append(old.delete())
        pods.remove(old)
    return lasted
