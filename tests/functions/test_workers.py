"""Several workers serve one port. Each can be called alone, and one that dies is replaced alone."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from functions.serve import worker_count
from shared.variables import child_environment
from tests.applications import Api
from tests.functions.test_call_limit import answered, listens, wait_until, workers
from tests.functions.test_metrics import named, samples
from tests.servers import ROOT, Server, by_workers


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    store = tmp_path_factory.mktemp("workers") / "snapshots.db"
    return {"GYM_HTTP_STORE": f"sqlite:///{store}", "GYM_HTTP_ENV_MODULES": "tests.stuck"}


@pytest.fixture(scope="module")
def pair(environment: dict[str, str]) -> Iterator[Server]:
    """Two workers that serve."""
    with by_workers(2, environment) as server:
        assert all(answered(each, "/v1/health/") for each in own(server))
        yield server


def own(server: Server) -> list[Server]:
    """The workers, each by its own address."""
    return [replace(server, url=address) for address in server.workers]


def test_each_worker_has_an_address_of_its_own_and_continues_what_another_began(pair: Server) -> None:
    one, two = (Api(each) for each in own(pair))
    assert len({pair.url, *pair.workers}) == 3
    path = one.create("CartPole-v1")
    one.post(f"{path}/reset/", {"seed": 1})
    assert Api(pair).post(f"{path}/step/", {"action": 1}).status == 200
    assert two.post(f"{path}/step/", {"action": 1}).headers["etag"] == '"3"'


def test_a_worker_that_dies_is_replaced_alone_at_its_own_address(pair: Server) -> None:
    one, two = own(pair)
    stuck = Api(one).create("Stuck-v0")
    Api(one).post(f"{stuck}/reset/", {"options": {"then": "crash"}})
    before = workers(pair)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(Api(one).post, f"{stuck}/step/", {"action": 0})
        wait_until(lambda: not {*before} <= {*workers(pair)})
        assert Api(two).create("CartPole-v1")
        assert call.exception(60) is not None
    assert answered(one, "/v1/health/")
    [left] = {*before} & {*workers(pair)}
    assert len(workers(pair)) == 2
    assert left in before


def test_metrics_are_the_sums_of_all_workers_whichever_is_asked_and_whoever_has_died(pair: Server) -> None:
    before = samples(Api(pair))
    for each in own(pair):
        for _ in range(3):
            Api(each).get("/v1/catalog/?env_id=CartPole-v1")
    catalog = named("requests_total", method="GET", endpoint="/v1/catalog/", status="200")
    wanted = before.get(catalog, 0) + 6
    for each in own(pair):
        wait_until(lambda each=each: samples(Api(each))[catalog] == wanted)  # type: ignore[misc]
        assert samples(Api(each))[named("workers")] == 2
    first = workers(pair)[0]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(workers(pair)) == 2 and first not in workers(pair))
    for each in own(pair):
        assert answered(each, "/v1/livez/")
        assert samples(Api(each))[catalog] == wanted


def test_workers_are_renewed_on_sighup_while_calls_go_on(pair: Server) -> None:
    before, api = workers(pair), Api(pair)
    path = api.create("CartPole-v1")
    pair.process.send_signal(signal.SIGHUP)
    resets = 0
    while len(workers(pair)) != 2 or {*before} & {*workers(pair)}:
        resets += 1
        assert api.post(f"{path}/reset/", {"seed": 1}, **{"idempotency-key": str(resets)}).status == 200
    assert resets
    assert api.get(path).json["revision"] == resets


def test_all_workers_end_with_their_parent_and_leave_every_port(environment: dict[str, str]) -> None:
    with by_workers(2, environment) as server:
        assert all(answered(each, "/v1/livez/") for each in own(server))
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not any(listens(each) for each in [server, *own(server)]))
        assert server.process.wait(60) == 0


def test_workers_cannot_share_a_store_in_memory() -> None:
    [told] = refused("--workers", "2", GYM_HTTP_STORE="memory:")
    assert told == "GYM_HTTP_STORE is memory:, which several workers cannot share; use sqlite:///PATH."


def test_as_many_workers_as_cores_are_asked_for_by_auto() -> None:
    assert (worker_count("auto"), worker_count("3")) == (len(os.sched_getaffinity(0)), 3)


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", ""])
def test_a_number_of_workers_that_cannot_be_is_refused(wrong: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a number above 0; give one, or auto for the cores"):
        worker_count(wrong)


def test_a_port_without_room_for_the_workers_own_is_refused(environment: dict[str, str]) -> None:
    [told] = refused("--port", "65534", "--workers", "2", **environment)
    assert told == "Cannot listen on 127.0.0.1 port 65536: ports end at 65535; choose another with PORT."


def refused(*arguments: str, **environment: str) -> list[str]:
    """What a server that does not start says."""
    command = [sys.executable, "-m", "functions.serve", *arguments]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=child_environment(**environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode
    return ended.stderr.splitlines()
