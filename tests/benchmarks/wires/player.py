"""Steps CartPole through a Python client; runs where OpenEnv's package is installed, in a process of its own.

Its arguments are the client's name and the server's address. Each line on its standard input is a number of steps.
It makes them and prints, as JSON, the seconds of processor time that it took and the median seconds of a step.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import gymnasium_http
from gymnasium_http.transport.connection import Connection
from openenv.core.generic_client import GenericEnvClient

Stepping = tuple[Callable[[], Any], Callable[[int], bool]]
"""A reset, and a step that tells whether the episode has ended."""


def main() -> None:
    """Step."""
    reset, step = playing(sys.argv[1], sys.argv[2])
    reset()
    for line in sys.stdin:
        latencies, taken = [], time.process_time()
        for number in range(int(line)):
            began = time.perf_counter()
            ended = step(number % 2)
            latencies.append(time.perf_counter() - began)
            if ended:
                reset()
        found = {"processor": time.process_time() - taken, "p50": statistics.median(latencies)}
        print(json.dumps(found), flush=True)


def playing(client: str, url: str) -> Stepping:
    """A client's reset and step."""
    if client == "openenv":
        theirs = GenericEnvClient(base_url=url).sync()
        return theirs.reset, lambda action: bool(theirs.step({"action": action}).done)
    env = gymnasium_http.make("CartPole-v1", connection=Connection(url, sessions=client == "session"))

    def step(action: int) -> bool:
        _, _, terminated, truncated, _ = env.step(action)
        return terminated or truncated

    return env.reset, step


if __name__ == "__main__":
    main()
