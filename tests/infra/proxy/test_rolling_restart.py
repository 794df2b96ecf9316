"""Workers behind nginx are renewed while 32 clients step: none sees an error, none waits long, no step is lost."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest

from tests.functions.test_call_limit import answered, workers
from tests.functions.test_workers import own
from tests.infra.proxy.proxies import serving
from tests.servers import Server, by_workers

CLIENTS = 32
LEAST_STEPS = 1_000
LONGEST_S = 2.0
PAUSE_S = 0.05
"""Between two steps of a client: the clients share the machine's cores with what they measure."""


@dataclass
class Played:
    """What one client did."""

    steps: int = 0
    stored: int = 0
    longest_s: float = 0.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    environment = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/rolling.db", "GYM_HTTP_LOG": "off"}
    with by_workers(2, environment) as running:
        assert all(answered(each, "/v1/readyz/") for each in own(running))
        yield running


def play(url: str, seed: int, ready: threading.Barrier, stop: threading.Event) -> Played:
    """Step here and there until told to stop, and compare each observation."""
    played, choices = Played(), np.random.default_rng(seed)
    kwargs: dict[str, Any] = {"max_episode_steps": 1_000_000}
    here = gymnasium.make("MountainCar-v0", **kwargs)
    with gymnasium_http.make("MountainCar-v0", url=url, **kwargs) as there:
        np.testing.assert_array_equal(there.reset(seed=seed)[0], here.reset(seed=seed)[0])
        ready.wait(120)
        while not stop.is_set():
            action, began = int(choices.integers(3)), time.monotonic()
            told = there.step(action)[0]
            played.longest_s = max(played.longest_s, time.monotonic() - began)
            played.steps += 1
            np.testing.assert_array_equal(told, here.step(action)[0])
            time.sleep(PAUSE_S)
        played.stored = there.get_wrapper_attr("record")()["steps"]
    return played


@pytest.mark.slow
def test_clients_notice_nothing_of_workers_that_are_renewed(server: Server, tmp_path: Path) -> None:
    addresses = [url.removeprefix("http://") for url in server.workers]
    ready, stop = threading.Barrier(CLIENTS + 1), threading.Event()
    with serving("nginx", tmp_path, addresses) as address, ThreadPoolExecutor(CLIENTS) as pool:
        playing = [pool.submit(play, f"http://{address}", seed, ready, stop) for seed in range(CLIENTS)]
        try:
            ready.wait(120)
            before, began = {*workers(server)}, time.monotonic()
            server.process.send_signal(signal.SIGHUP)
            while before & {*workers(server)}:
                assert time.monotonic() - began < 120
                time.sleep(0.1)
            lasted = time.monotonic() - began
            time.sleep(LEAST_STEPS * PAUSE_S / CLIENTS)
        finally:
            stop.set()
        played = [each.result(60) for each in playing]
    steps, longest_s = sum(each.steps for each in played), max(each.longest_s for each in played)
    print(f"{steps} steps while workers were renewed in {lasted:.1f} s; the longest waited {longest_s:.2f} s")
    assert steps >= LEAST_STEPS
    assert [each.stored for each in played] == [each.steps for each in played]
    assert longest_s <= LONGEST_S
