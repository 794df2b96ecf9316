"""Behind nginx each environment is live at one worker, which makes all of its calls; a new one is at no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.applications import Api
from tests.functions.test_call_limit import answered, wait_until
from tests.functions.test_metrics import named, samples
from tests.functions.test_workers import own
from tests.infra.proxy.proxies import serving
from tests.servers import by_workers

CREATED = 8


@pytest.mark.slow
def test_an_environment_is_live_at_one_worker_and_its_steps_read_nothing_from_the_store(tmp_path: Path) -> None:
    """LunarLander would stay live where it was made."""
    environment = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/affinity.db", "GYM_HTTP_LOG": "off"}
    with by_workers(2, environment) as server:
        assert all(answered(each, "/v1/readyz/") for each in own(server))
        addresses = [url.removeprefix("http://") for url in server.workers]
        with serving("nginx", tmp_path, addresses) as address:
            api = Api(replace(server, url=f"http://{address}"))
            paths = [api.create("LunarLander-v3") for _ in range(CREATED)]
            for path in paths:
                assert api.post(f"{path}/reset/", {"seed": 1}).status == 200
            wait_until(lambda: samples(api)[named("live_environments")] == CREATED)
            before = samples(api)
            for path in paths * 10:
                assert api.post(f"{path}/step/", {"action": 0}).status == 200
            puts = named("store_calls_total", operation="put", outcome="ok")
            wait_until(lambda: samples(api)[puts] - before[puts] >= CREATED * 10)
            after = samples(api)
    assert after[named("live_environments")] == CREATED
    assert gets(after) == gets(before)


def gets(found: dict[tuple[str, frozenset[tuple[str, str]]], float]) -> float:
    """How many objects were read from the store."""
    return found[named("store_calls_total", operation="get", outcome="ok")]
