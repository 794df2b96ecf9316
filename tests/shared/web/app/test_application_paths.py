"""A path leads to its resource or to none, whatever stands in its parts."""

from typing import Any

import pytest

from shared.web.app.application import Paths
from shared.web.app.routing import Endpoint
from shared.web.service.opened import OpenedService


async def _handler(_: Any) -> Any: ...


SERVICE = OpenedService(None)
PATHS = Paths(
    [
        Endpoint(method, path, _handler, summary="", reply=None)
        for method, path in [
            ("GET", "/v1/envs/"),
            ("POST", "/v1/envs/"),
            ("DELETE", "/v1/envs/{instance_id}/checkpoints/{checkpoint_id}/"),
            ("POST", "/v1/envs/{instance_id}/step/"),
        ]
    ],
    SERVICE,
)


def found(path: str, root_path: str = "") -> tuple[str, dict[str, str]] | None:
    scope: dict[str, Any] = {"path": path, "root_path": root_path}
    resource = PATHS.find(scope)
    return None if resource is None else (resource.path, scope["path_params"])


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_path_is_found_with_and_without_its_last_slash(slash: str) -> None:
    assert found("/v1/envs" + slash) == ("/v1/envs/", {})
    assert SERVICE.opened is None, "finding a path opens nothing"
    assert found("/v1/envs/7/step" + slash) == ("/v1/envs/{instance_id}/step/", {"instance_id": "7"})


def test_parameters_are_named_in_the_order_of_the_path() -> None:
    assert found("/v1/envs/a/checkpoints/b/") == (
        "/v1/envs/{instance_id}/checkpoints/{checkpoint_id}/",
        {"instance_id": "a", "checkpoint_id": "b"},
    )


def test_a_part_that_looks_like_a_parameter_is_a_value() -> None:
    assert found("/v1/envs/{instance_id}/step/") == (
        "/v1/envs/{instance_id}/step/",
        {"instance_id": "{instance_id}"},
    )


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/v1",
        "/v1/envs//",
        "/v1/envs//step/",
        "//v1/envs/",
        "/v1/envs/7",
        "/v1/envs/7/steps",
        "v1/envs/",
    ],
)
def test_any_other_path_leads_nowhere(path: str) -> None:
    assert found(path) is None


def test_a_path_is_read_behind_the_prefix_that_a_proxy_put_before_it() -> None:
    assert found("/gym/v1/envs/", root_path="/gym") == ("/v1/envs/", {})


def test_the_methods_of_one_path_share_a_resource() -> None:
    resource = PATHS.find({"path": "/v1/envs"})
    assert resource is not None
    assert {*resource.endpoints} == {"GET", "POST"}
