"""Requests go to the functions that API Gateway would send them to."""

import pytest

from infra.aws.routes import Routes
from infra.aws.template import DEFAULT_ROUTE, read

FUNCTIONS = read({"SnapshotBucket": "snapshots", "SigningKey": "arn"}).functions
ROUTES = Routes(FUNCTIONS)


@pytest.mark.parametrize(
    ("method", "path", "endpoint", "parameters"),
    [
        ("GET", "/", "front", {}),
        ("GET", "/docs", "front", {}),
        ("POST", "/v1/envs", "create_env", {}),
        ("POST", "/v1/envs/", "create_env", {"slash": ""}),
        ("GET", "/v1/envs/", "list_envs", {"slash": ""}),
        ("GET", "/v1/envs/7", "get_env", {"instance_id": "7"}),
        ("GET", "/v1/envs/7/", "get_env", {"instance_id": "7", "slash": ""}),
        ("POST", "/v1/envs/7/step/", "step_env", {"instance_id": "7", "slash": ""}),
        ("POST", "/v1/envs/7/action_space/sample", "action_space", {"instance_id": "7"}),
        ("DELETE", "/v1/envs/7/checkpoints/9", "checkpoints", {"instance_id": "7", "checkpoint_id": "9"}),
        ("GET", "/v1/envs/7/nothing", "get_env", {"instance_id": "7", "slash": "nothing"}),
    ],
)
def test_the_most_specific_route_takes_a_request(
    method: str, path: str, endpoint: str, parameters: dict[str, str]
) -> None:
    match = ROUTES.find(method, path)
    assert match is not None
    assert (match.function.endpoint, match.parameters) == (endpoint, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/"), ("PUT", "/v1/envs"), ("GET", "/v1/healthy"), ("GET", ""), ("GET", "/prod/v1/envs")],
)
def test_a_request_that_no_route_takes_goes_to_the_front_or_nowhere(method: str, path: str) -> None:
    match = ROUTES.find(method, path)
    assert match is not None
    assert (match.function.endpoint, match.route, match.parameters) == ("front", DEFAULT_ROUTE, {})
    without = Routes(function for function in FUNCTIONS if function.endpoint != "front")
    assert without.find(method, path) is None
