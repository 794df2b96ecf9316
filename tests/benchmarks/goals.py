"""The goals, each with its measurement from the same run."""

import statistics
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.benchmarks.contenders import ECHO, IN_MEMORY, IN_PROCESS, SQLITE
from tests.benchmarks.record import ROLLED
from tests.benchmarks.speed import ROLLOUT, STEP
from tests.benchmarks.wires import clients, servers

_CAPTURE_MS = {"classic-control": 0.1, "toy-text": 0.1, "mujoco": 0.15, "ale": 0.5, "box2d": 0.1}


class Goal(NamedTuple):
    """A bound and its measurement; `most` says whether it is an upper bound."""

    what: str
    bound: float
    measured: float
    unit: str = ""
    most: bool = True

    @property
    def met(self) -> bool:
        """Whether the measurement meets the bound."""
        return self.measured <= self.bound if self.most else self.measured >= self.bound


def goals(found: dict[str, Any]) -> list[Goal]:
    """The goals of the parts that were measured."""
    parts: dict[str, Callable[[Any], Iterator[Goal]]] = {
        "speed": _speed,
        "explore": _explore,
        "record": _record,
        "growth": _growth,
        "workers": _workers,
        "crowd": _crowd,
        "wires": _wires,
        "stores": _stores,
        "snapshots": _snapshots,
        "paint": _paint,
    }
    return [goal for part, of in parts.items() if part in found for goal in of(found[part])]


def _speed(figures: list[dict[str, Any]]) -> Iterator[Goal]:
    def of(who: str, what: str, connections: int, measure: str) -> float:
        [rounds] = [
            each[measure]
            for each in figures
            if (each["env_id"], each["what"], each["connections"], each["who"])
            == ("CartPole-v1", what, connections, who)
        ]
        median: float = statistics.median(rounds)
        return median

    step = of(SQLITE, STEP, 1, "p50_s")
    yield Goal("a durable CartPole step, p50, by that in memory", 0.5, step / of(IN_MEMORY, STEP, 1, "p50_s"))
    yield Goal("the same, by a bare echo", 2.5, step / of(ECHO, STEP, 1, "p50_s"))
    at_64 = of(SQLITE, STEP, 64, "steps_per_s") / of(IN_MEMORY, STEP, 64, "steps_per_s")
    yield Goal("steps a second at 64 connections, by those in memory", 2, at_64, most=False)
    rollout = of(SQLITE, ROLLOUT, 1, "steps_per_s") / of(IN_PROCESS, ROLLOUT, 1, "steps_per_s")
    yield Goal("actions a second of a rollout of 1,000, by a Python loop", 0.7, rollout, most=False)


def _explore(figures: dict[str, float]) -> Iterator[Goal]:
    rate = figures["looped"] / figures["explored"]
    yield Goal("the rate of 10,000 futures of 20 steps, by that of a bare loop", 0.6, rate, most=False)
    times = figures["client_forked"] / figures["client_explored"]
    yield Goal("a fork and 20 steps by a client, by a future of explore", 50, times, most=False)


def _record(figures: dict[str, float]) -> Iterator[Goal]:
    step = figures["served_recorded_step"] / figures["served_plain_step"]
    yield Goal("a recorded CartPole step over HTTP, by one that is not", 1.1, step)
    rate = figures["looped"] / figures["recorded_rollout"]
    yield Goal("the rate of a recorded rollout, by that of a bare loop", 0.6, rate, most=False)
    verified = figures["looped"] / ROLLED / figures["verified"]
    yield Goal("the rate of verifying, by that of a bare loop", 0.5, verified, most=False)
    yield Goal("bytes of a recorded CartPole step", 64, figures["bytes_a_step"], "bytes")


def _growth(figures: dict[str, Any]) -> Iterator[Goal]:
    for each in figures["grown"]:
        what = f"a step at {each['large']} {each['what']}, by one at {each['small']}"
        yield Goal(what, 1.2, each["after"] / each["before"])
    # A snapshot takes a kilobyte; the allocator keeps some megabytes of the requests that made them.
    yield Goal("memory of a stored instance that is not live", 100, figures["resident_bytes"], "bytes")
    shared = figures["processes"]
    what = "processor time of a step that takes turns with another process, by one alone"
    yield Goal(what, 1.3, shared["in_turns"] / shared["alone"])


def _workers(figures: list[dict[str, Any]]) -> Iterator[Goal]:
    for each in figures:
        yield Goal(
            f"processor time of {each['what']} by two workers, by that of one", 1.1, each["two"] / each["one"]
        )


def _crowd(figures: list[dict[str, Any]]) -> Iterator[Goal]:
    for each in figures:
        what = f"{each['sessions']:,} sessions that step at once, {each['live']}"
        yield Goal(f"p99 of a step of {what}", 2, each["p99"], "s")
        yield Goal(f"memory of a session of {what}", 200, each["session_bytes"] / 1024, "KiB")


def _wires(figures: dict[str, Any]) -> Iterator[Goal]:
    stepped = {(each["wire"], each["connections"]): each for each in figures["steps"]}

    def processor(wire: str, connections: int) -> float:
        taken: float = stepped[wire, connections]["processor"]
        theirs: float = stepped[servers.OPENENV, connections]["processor"]
        return taken / theirs

    what = "server's time of a session's step at {} by that of OpenEnv's server"
    yield Goal(what.format("64 connections"), 0.7, processor(servers.KEYED, 64))
    yield Goal(what.format("1 connection"), 0.9, processor(servers.KEYED, 1))
    yield Goal("the same of a step over HTTP at 64 connections", 1.0, processor(servers.HTTP, 64))
    p50 = stepped[servers.KEYED, 1]["p50"] / stepped[servers.HTTP, 1]["p50"]
    yield Goal("p50 of a session's step at 1 connection, by that over HTTP", 0.8, p50)
    by_client = {each["client"]: each for each in figures["clients"]}
    theirs = by_client[clients.THEIRS]
    face = by_client[clients.FACE]["server"] / theirs["server"]
    yield Goal("our server's time of a step by OpenEnv's client, by that of OpenEnv's server", 0.8, face)
    own = by_client[clients.SESSION]["processor"] / theirs["processor"]
    yield Goal("the Python client's time of a step, by that of OpenEnv's client", 1.0, own)


def _stores(figures: dict[str, Any]) -> Iterator[Goal]:
    over_s3 = figures["s3_step_s"]
    yield Goal("processor time of a step over S3 at 16 connections", 1.2, over_s3 * 1000, "ms")
    yield Goal("the same, by that over memory", 2.5, over_s3 / figures["memory_step_s"])
    rate = figures["distant_rate"]
    yield Goal("steps a second at 64 connections over S3, 200 ms a call", 250, rate, most=False)
    p99 = figures["beside_forks_p99_s"]
    yield Goal("p99 of a step while another client forks 1,000, 5 ms a call", 50, p99 * 1000, "ms")
    page = max(figures["pages_s"])
    yield Goal("processor time of the longest page of a list of 100,000 on S3", 0.3, page, "s")


def _snapshots(figures: dict[str, Any]) -> Iterator[Goal]:
    for each in figures["captured"]:
        what = f"capture of {each['env_id']}"
        yield Goal(what, _CAPTURE_MS[each["mechanism"]], each["capture"] * 1000, "ms")
    for each, gets in zip(figures["asked"], (0, 1), strict=True):
        yield Goal(f"gets of a {each['call']}", gets, each["gets"])
        yield Goal(f"puts of a {each['call']}", 1, each["puts"])
    restored = figures["restored_s"]
    yield Goal("restoring LunarLander at step 1,000", 200, restored["LunarLander-v3"] * 1000, "ms")
    yield Goal("restoring CarRacing at step 1,000", 1000, restored["CarRacing-v3"] * 1000, "ms")
    yield Goal("forking a CartPole to 1,000 on SQLite", 1000, figures["forked_s"] * 1000, "ms")


def _paint(figures: list[dict[str, Any]]) -> Iterator[Goal]:
    [first] = [each["first"] for each in figures if each["page"] == "agent"]
    yield Goal("the first paint of the playground", 1.0, first, "s")
