"""Plays through OpenEnv's own clients, in the environment where that package is installed, and prints the replies.

Its arguments are a client's name, the server's address, a JSON list of `[seed, actions]` for each episode, and one
of numbers of calls. Before each of those it waits for a line `next` on its standard input.
"""

import json
import sys
from typing import Any


def main() -> None:
    """Play."""
    kind, url, episodes, pauses = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
    calls = 0

    def told(result: Any) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        if calls in pauses:
            print("paused", flush=True)
            assert sys.stdin.readline() == "next\n"
        return {"observation": result.observation, "reward": result.reward, "done": result.done}

    with client(kind, url) as env:
        for seed, actions in episodes:
            print(json.dumps(told(env.reset(seed=seed))), flush=True)
            for action in actions:
                print(json.dumps(told(env.step({"action": action}))), flush=True)
        print(json.dumps(env.state()), flush=True)


def client(kind: str, url: str) -> Any:
    """A client in synchronous use."""
    if kind == "resuming":
        from gymnasium_http.openenv import ResumingEnvClient

        return ResumingEnvClient(url).sync()
    from openenv.core.generic_client import GenericEnvClient

    return GenericEnvClient(base_url=url).sync()


if __name__ == "__main__":
    main()
