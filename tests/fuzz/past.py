"""Calls in any order on instances that record, forget and fork: every log has to verify.

`python -m tests.fuzz.past` ends with status 1 at the first reply of 500 or above, or at the first log that its
replay contradicts.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from shared.settings import Settings
from tests.applications import Api, served
from tests.fuzz.api import INSTANCES

_MOST = 14
"""Instances at a time; the first ones stay, and of the forks some are closed."""

_ACTIONS: list[Any] = [0, 1, 3, [0, 1], [0.5], [-2.0]]
_FORKED: list[dict[str, Any]] = [{}, {"count": 2, "reseed": 1}, {"revision": 1}, {"revision": "2.0"}]
_POSTS: dict[str, list[dict[str, Any]]] = {
    "reset": [{}, {"seed": 1}],
    "step": [{"action": action} for action in _ACTIONS],
    "rollout": [*({"actions": [action, action]} for action in _ACTIONS), {"policy": "random", "steps": 5}],
    "render": [{}],
    "action_space/sample": [{}],
    "record": [{"on": True}, {"on": True}, {"on": False}],
    "restore": [{"revision": 1}, {"revision": "2.0"}, {"revision": "3.1"}, {"revision": 5}],
    "fork": _FORKED,
    "explore": [
        {"policy": "random", "count": 2, "steps": 3, "keep": {"best": 1}},
        {"policy": "random", "count": 2, "steps": 3, "from": {"revision": 1}, "keep": {"best": 1}},
    ],
    "verify": [{}],
}
_GETS = ("at/1", "at/2.0", "at/4", "history", "checkpoints")


class Said(NamedTuple):
    """A call, and the status of its reply."""

    call: str
    body: Any
    status: int


class Wrong(Exception):
    """A reply that must not be, with the calls on the instance that led to it."""


class Past:
    """Drawn calls on the instances of one service."""

    def __init__(self, api: Api, seed: int) -> None:
        self._api = api
        self._random = random.Random(seed)
        self._said: dict[str, list[Said]] = {}
        self.statuses: Counter[int] = Counter()
        for body in INSTANCES:
            self._said[api.create(**body)] = [Said("create", body, 200)]
        self._first = [*self._said]

    def call(self) -> None:
        """Make one call.

        Raises:
            Wrong: the reply is 500 or above, or a log does not verify.
        """
        instance = self._random.choice([*self._said])
        if self._random.random() < 0.2:
            call, body = self._random.choice(_GETS), None
            reply = self._api.get(f"{instance}/{call}/")
        elif self._random.random() < 0.02:
            call, body = "DELETE history", None
            reply = self._api.delete(f"{instance}/history/")
        else:
            call = self._random.choice([*_POSTS])
            body = self._random.choice(_POSTS[call])
            reply = self._api.post(f"{instance}/{call}/", body)
        self.statuses[reply.status] += 1
        said = self._said[instance]
        said.append(Said(call, body, reply.status))
        if reply.status >= 500 or (reply.status == 200 and not reply.json.get("verified", True)):
            raise Wrong("\n".join(map(str, [*said, reply.content])))
        if reply.status == 200 and call in ("fork", "explore"):
            made = reply.json.get("instance_ids") or [kept["instance_id"] for kept in reply.json["kept"]]
            for each in made:
                self._said[f"/v1/envs/{each}"] = [*said]
            self._close_some()

    def verify_all(self) -> int:
        """Verify every log; the number of calls in all."""
        replies = [self._api.post(f"{instance}/verify/", {}) for instance in self._said]
        verified = [reply.json for reply in replies if reply.status == 200]
        if not all(each["verified"] for each in verified):
            raise Wrong(str(verified))
        return sum(each["calls"] for each in verified)

    def _close_some(self) -> None:
        forks = [instance for instance in self._said if instance not in self._first]
        for instance in self._random.sample(forks, max(0, len(self._said) - _MOST)):
            self._api.delete(f"{instance}/")
            del self._said[instance]


@contextmanager
def past(seed: int) -> Iterator[Past]:
    """Instances of a service of their own."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(store=f"sqlite:///{directory}/snapshots.db", log="off")
        with served("local", settings) as client:
            yield Past(Api(client), seed)


def main() -> None:
    """Make the calls."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.past", description=main.__doc__)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    began = time.monotonic()
    with past(given.seed) as calls:
        try:
            for _ in range(given.calls):
                calls.call()
            verified = calls.verify_all()
        except Wrong as error:
            print(error)
            sys.exit(1)
    replies = ", ".join(f"{count} of {status}" for status, count in sorted(calls.statuses.items()))
    print(
        f"{given.calls} calls in {time.monotonic() - began:.0f} s: {replies}; {verified} recorded calls verified"
    )


if __name__ == "__main__":
    main()
