"""A page that a developer has open can neither pass for his server's own nor change anything there."""

from typing import Any

import pytest
from starlette.responses import Response

from shared.settings import Settings
from shared.web.app.admission import Admission


def admission(**settings: Any) -> Admission:
    return Admission(Settings(**settings), Response())


def refusal(admitting: Admission, method: str = "POST", address: str = "127.0.0.1", **headers: str) -> int | None:
    given = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    refused = admitting.refusal(method, address, given)
    return None if refused is None else refused.status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:5000", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_a_name_that_was_pointed_at_loopback_is_not_answered(address: str, host: str) -> None:
    assert refusal(admission(), "GET", address, host=host) == 421


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:5000", "a.localhost:80", "127.0.0.1:5000", "[::1]:5000", "192.168.1.7", "localhost."],
)
def test_localhost_and_addresses_are_answered(host: str) -> None:
    assert refusal(admission(), host=host) is None


def test_a_request_that_names_no_host_is_no_browsers() -> None:
    assert refusal(admission()) is None


@pytest.mark.parametrize("address", ["10.0.0.7", "2001:db8::1", "", "gym.example", "/run/gym.sock"])
def test_a_server_that_others_reach_answers_to_every_name_unless_names_are_set(address: str) -> None:
    assert refusal(admission(), address=address, host="gym.example") is None
    named = admission(allowed_hosts=("gym.example", "*.Apps.example"))
    assert refusal(named, address=address, host="gym.example:80") is None
    assert refusal(named, address=address, host="one.apps.example") is None
    assert refusal(named, address=address, host="10.0.0.7:5000") is None, "a health check calls by address"
    for host in ("evil.example", "apps.example", "evilapps.example", "gym.example.evil"):
        assert refusal(named, address=address, host=host) == 421


def test_a_star_answers_to_every_name_on_loopback_too() -> None:
    assert refusal(admission(allowed_hosts=("*",)), host="any.example") is None


@pytest.mark.parametrize("origins", [(), ("https://good.example",)])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1@evil"]
)
def test_a_page_of_an_unlisted_origin_changes_nothing(origins: tuple[str, ...], origin: str) -> None:
    limited = admission(cors_origins=origins)
    for method in ("POST", "DELETE", "OPTIONS", "PATCH"):
        assert refusal(limited, method, host="127.0.0.1:5000", origin=origin) == 403
    for method in ("GET", "HEAD"):
        assert refusal(limited, method, host="127.0.0.1:5000", origin=origin) is None


def test_a_page_of_a_listed_origin_may() -> None:
    assert refusal(admission(cors_origins=("https://good.example",)), origin="https://good.example") is None
    assert refusal(admission(cors_origins=("*",)), origin="null") is None


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "https://app.localhost", "http://127.0.0.1:8000", "http://[::1]:1"]
)
def test_pages_of_the_own_machine_may_until_origins_are_set(origin: str) -> None:
    assert refusal(admission(), host="127.0.0.1:5000", origin=origin) is None
    assert refusal(admission(cors_origins=("https://good.example",)), host="127.0.0.1:5000", origin=origin) == 403


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("http://gym.example:5000", {"host": "gym.example:5000"}),
        ("https://Gym.example", {"host": "gym.example:443"}),
        ("https://gym.example", {"host": "10.0.0.7:5000", "x_forwarded_host": "gym.example"}),
        ("https://gym.example", {"host": "10.0.0.7:5000", "sec_fetch_site": "same-origin"}),
    ],
)
def test_a_servers_own_pages_may_behind_a_proxy_too(origin: str, headers: dict[str, str]) -> None:
    limited = admission(cors_origins=("https://other.example",))
    assert refusal(limited, address="10.0.0.7", origin=origin, **headers) is None
    assert refusal(limited, address="10.0.0.7", origin="https://evil.example", host="gym.example") == 403


def test_a_refusal_says_which_setting_would_admit() -> None:
    for headers, setting in (
        ({b"host": b"evil.example"}, b"GYM_HTTP_ALLOWED_HOSTS"),
        ({b"host": b"localhost", b"origin": b"https://evil.example"}, b"GYM_HTTP_CORS_ORIGINS"),
    ):
        refused = admission().refusal("POST", "127.0.0.1", headers)
        assert refused is not None
        assert (b"content-type", b"application/problem+json") in refused.raw_headers
        assert setting in refused.body
        assert b"evil.example" in refused.body
