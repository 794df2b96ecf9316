"""A function answers below a stage's name and a domain's base path, whatever kind of event brings the call."""

import base64
import json
from typing import Any

import pytest
from mangum import Mangum

from functions import create_env, step_env
from shared.settings import Settings
from shared.web.app.application import create_app
from shared.web.app.base_path import base_path
from tests.applications import Context

STEP = "POST /v1/envs/{instance_id}/step"


@pytest.mark.parametrize(
    ("event", "path", "base"),
    [
        ({"routeKey": STEP}, "/v1/envs/7/step", ""),
        ({"routeKey": STEP}, "/prod/v1/envs/7/step", "/prod"),
        ({"routeKey": STEP}, "/v1/v1/envs/7/step", "/v1"),
        ({"routeKey": "POST /legacy/v1/envs"}, "/prod/legacy/v1/envs", "/prod"),
        ({"routeKey": "POST /legacy/v1/envs"}, "/legacy/v1/envs", ""),
        ({"resource": "/v1/envs"}, "/team/gym/v1/envs", "/team/gym"),
        ({"resource": "/{proxy+}"}, "/gym/v1/envs", "/gym"),
        ({"routeKey": "$default"}, "/prod/legacy/v1/envs", "/prod"),
        ({}, "/gym/v1/envs", "/gym"),
        ({}, "/v1/envs/v1/step", ""),
    ],
)
def test_what_stands_before_the_declared_path_is_found(event: dict[str, str], path: str, base: str) -> None:
    assert base_path(event, path) == base


@pytest.mark.parametrize(
    "path", ["//evil.example/v1/envs", "/a b/v1/envs", "/1/2/3/4/5/v1/envs", "/prod/v2", "", "/"]
)
def test_what_is_no_base_path_is_none(path: str) -> None:
    assert base_path({"routeKey": "$default"}, path) == ""


def payload_1(method: str, path: str, resource: str, body: Any) -> dict[str, Any]:
    """The event of a REST API, and of an HTTP API with payload format 1.0."""
    headers = {"content-type": "application/json", "host": "gym.example"}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"resourcePath": resource, "stage": "prod", "identity": {"sourceIp": "192.0.2.1"}},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def payload_2(method: str, path: str, resource: str, body: Any) -> dict[str, Any]:
    """The event of an HTTP API."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {resource}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "gym.example"},
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "192.0.2.1"}, "stage": "prod"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def load_balancer(method: str, path: str, resource: str, body: Any) -> dict[str, Any]:
    """The event of an Application Load Balancer, which knows no routes."""
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:group"}},
        "httpMethod": method,
        "path": path,
        "queryStringParameters": {},
        "headers": {"content-type": "application/json", "host": "gym.example", "x-forwarded-for": "192.0.2.1"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("base", ["", "/prod", "/team/gym"])
@pytest.mark.parametrize("kind", [payload_1, payload_2, load_balancer])
def test_an_instance_is_created_and_reached_there(settings: Settings, kind: Any, base: str) -> None:
    create, step = (
        Mangum(create_app(module.router, settings=settings), lifespan="off") for module in (create_env, step_env)
    )
    event = kind("POST", f"{base}/v1/envs", "/v1/envs", {"env_id": "CartPole-v1"})
    made = create(event, Context())  # type: ignore[arg-type]
    assert made["statusCode"] == 200, made
    instance = json.loads(made["body"])["instance_id"]
    headers = made.get("headers") or {}
    assert headers["location"] == f"{base}/v1/envs/{instance}/"
    event = kind("POST", f"{base}/v1/envs/{instance}/step", "/v1/envs/{instance_id}/step", {"action": 1})
    answer = step(event, Context())  # type: ignore[arg-type]
    assert answer["statusCode"] == 409
    assert json.loads(base64.b64decode(answer["body"]))["type"] == "urn:gym-http:problem:reset-needed"


def test_a_path_that_is_not_served_is_404_below_a_stage_too(settings: Settings) -> None:
    step = Mangum(create_app(step_env.router, settings=settings), lifespan="off")
    event = payload_2("POST", "/prod/v1/envs/7/stepp", "/v1/envs/{instance_id}/{slash+}", {})
    assert step(event, Context())["statusCode"] == 404  # type: ignore[arg-type]


def test_a_key_counts_as_repeated_at_another_address_of_the_same_function(settings: Settings) -> None:
    create = Mangum(create_app(create_env.router, settings=settings), lifespan="off")
    made = []
    for base in ("", "/prod"):
        event = payload_2("POST", f"{base}/v1/envs", "/v1/envs", {"env_id": "CartPole-v1"})
        event["headers"]["idempotency-key"] = "one"
        answer = create(event, Context())  # type: ignore[arg-type]
        assert answer["statusCode"] == 200, answer
        made.append(json.loads(answer["body"])["instance_id"])
    assert made[0] == made[1]
