"""A path that is not declared leads to the one that was meant, or to none."""

import time

import pytest

from functions import local
from shared.web.app.nearest import nearest

DECLARED = [endpoint.path for module in local.MODULES for endpoint in module.router.endpoints]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/v1/env/", "/v1/envs/"),
        ("//v1/envs/", "/v1/envs/"),
        ("/v1//envs", "/v1/envs/"),
        ("/envs/", "/v1/envs/"),
        ("/v1/envs/7/steps", "/v1/envs/7/step/"),
        ("/v1/env/7/reset/", "/v1/envs/7/reset/"),
        ("/legacy/v1/env", "/legacy/v1/envs/"),
    ],
)
def test_the_nearest_path_has_the_callers_own_parts(path: str, meant: str) -> None:
    assert nearest(path, DECLARED) == meant


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/wp-login.php", "", "/v1/envs/" + "x" * 1000])
def test_what_is_like_none_leads_nowhere(path: str) -> None:
    assert nearest(path, DECLARED) is None


def test_a_long_path_costs_little() -> None:
    began = time.thread_time()
    nearest("/v1/envs/" + "ab/" * 90, DECLARED)
    assert time.thread_time() - began < 0.5
