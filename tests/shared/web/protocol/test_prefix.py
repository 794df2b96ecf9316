"""The prefix is the operator's word before the server's, and the server's before a proxy's."""

import pytest

from shared.web.protocol.prefix import prefix_of


def forwarded(value: bytes) -> dict[bytes, bytes]:
    return {b"x-forwarded-prefix": value}


def test_the_setting_counts_first_then_the_server_then_the_proxy() -> None:
    served, headers = {"root_path": "/served"}, forwarded(b"/forwarded")
    assert prefix_of("/set", served, headers) == "/set"
    assert prefix_of("", served, headers) == "/served"
    assert prefix_of("", {"root_path": ""}, headers) == prefix_of("", {}, headers) == "/forwarded"
    assert prefix_of("", {}, {}) == ""


@pytest.mark.parametrize("value", [b"/gym", b"/gym/", b"/a/b/", b"/~me/gym-1.0"])
def test_a_proxys_prefix_is_a_path_without_its_last_slash(value: bytes) -> None:
    assert prefix_of("", {}, forwarded(value)) == value.decode().rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        *(b"//evil.example", b"https://evil.example", b"/a\\b", b"/a b", b"gym", b"/"),
        *(b"/a" * 17, b"/" + b"a" * 65),
    ],
)
def test_what_could_lead_to_another_host_is_no_prefix(value: bytes) -> None:
    assert prefix_of("", {}, forwarded(value)) == ""
