"""The metrics count what a server did, for who may scrape it."""

import dataclasses

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from functions import local as local_app
from functions import metrics
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Api, served


def samples(api: Api, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The value of each sample of `/metrics`, by its name and labels."""
    reply = api.get("/metrics", **headers)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.content.decode())
        for sample in family.samples
    }


def named(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return f"gym_http_{name}", frozenset(labels.items())


def test_metrics_count_what_was_done(local: Api) -> None:
    instance = local.create()
    local.post(f"{instance}/reset/", {"seed": 1})
    for action in (0, 1, 5):
        local.post(f"{instance}/step/", {"action": action})
    found = samples(local)
    step = {"method": "POST", "endpoint": "/v1/envs/{instance_id}/step/"}
    assert found[named("requests_total", **step, status="200")] == 2
    assert found[named("requests_total", **step, status="422")] == 1
    assert found[named("request_duration_seconds_count", **step)] == 3
    assert found[named("request_duration_seconds_bucket", **step, le="+Inf")] == 3
    assert found[named("problems_total", problem="invalid-action")] == 1
    assert found[named("live_environments")] == 1
    assert found[named("store_calls_total", operation="put", outcome="ok")] >= 4
    phases = sum(found[named("phase_seconds_total", phase=phase)] for phase in ("load", "env", "save"))
    durations = sum(value for (name, _), value in found.items() if name == "gym_http_request_duration_seconds_sum")
    assert 0 < phases < durations


def test_a_scraper_that_prefers_openmetrics_gets_it(local: Api) -> None:
    reply = local.get("/metrics", accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert reply.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert reply.content.endswith(b"# EOF\n")


def test_metrics_are_refused_where_nothing_is_counted(settings: Settings) -> None:
    """As under `uvicorn --lifespan off`."""
    app = create_app(metrics.router, settings=settings)
    reply = TestClient(app).get("/metrics")  # without `with`, the client sends no lifespan events
    assert (reply.status_code, reply.json()["type"]) == (503, "urn:gym-http:problem:misconfigured")


def test_metrics_need_a_key_where_keys_are_set_and_health_does_not(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, api_keys=(("ann", "s"),))) as client:
        api = Api(client)
        assert api.get("/metrics").status == 401
        assert samples(api, authorization="Bearer s")
        assert api.get("/v1/health/").status == 200


def test_metrics_are_served_locally_alone() -> None:
    """A Lambda function's counts would be those of one of many short lives."""
    assert metrics not in local_app.MODULES
