"""Where a server is: its URL, that of its WebSockets, and what the way there is like."""

import ssl
from functools import cache
from urllib.request import getproxies, proxy_bypass

import httpx

DEFAULT_URL = "http://127.0.0.1:5000"

# On the same machine compressing takes longer than sending.
_NEAR = frozenset(("localhost", "127.0.0.1", "::1"))


def server_of(url: str) -> str:
    """The URL before `/v1`, without a slash at its end.

    Raises:
        ValueError: it is not an http or https URL.
    """
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"{url!r} is not the URL of a server; pass one such as {DEFAULT_URL!r}.")
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def websocket_of(server: str) -> str:
    """The same place, of the scheme ws or wss."""
    scheme, _, rest = server.partition("://")
    return f"{'wss' if scheme.lower() == 'https' else 'ws'}://{rest}"


def is_near(server: str) -> bool:
    """Whether it is on this machine."""
    return httpx.URL(server).host in _NEAR


def is_by_a_proxy(server: str) -> bool:
    """Whether HTTPX would reach it by a proxy that the environment names, which a WebSocket would not."""
    url = httpx.URL(server)
    return url.scheme in getproxies() and not proxy_bypass(url.host)


@cache
def certificates() -> ssl.SSLContext:
    """Those of the authorities, once for all clients, because reading them takes 20 ms."""
    return httpx.create_ssl_context()
