"""Who may call at all: the host names that a server answers to, and the origins whose pages may call it.

A browser carries out the calls of any page that a developer has open, also those to servers that only his machine
reaches. Two things of its requests are not the page's to choose: `Host`, which tells that a name of the page's own
was pointed at this server (DNS rebinding), and `Origin`, which tells whose page it is (RFC 6454, section 7).
"""

import ipaddress
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

from starlette.types import ASGIApp

from shared.settings import Settings
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.problems import HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED, problem_response
from shared.web.protocol.reply import Reply

_LOOPBACK_ORIGINS = r"https?://(localhost|[\w.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?"
"""Pages of the developer's own machine. They may call where no origins are set."""

_EXPOSED = (
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "Retry-After",
    "Server-Timing",
    "Warning",
    "X-Request-Id",
)
_SAFE = ("GET", "HEAD")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_PORT = re.compile(r":\d*$")


class Admission:
    """Admits requests by their `Host` and `Origin`, as the settings say."""

    def __init__(self, settings: Settings, app: ASGIApp) -> None:
        """`app` is what answers the requests that are admitted."""
        self._hosts = tuple(name.lower() for name in settings.allowed_hosts)
        self._origins = settings.cors_origins
        self._app = app
        # Bounded, since the header is the client's.
        self.answers_to = lru_cache(maxsize=256)(self._answers_to)
        """Whether a request for the host is for this server, given the address that the connection came to."""

    @cached_property
    def cross_origin(self) -> ASGIApp:
        """Answers requests from pages, who may read the replies as far as the settings allow."""
        from starlette.middleware.cors import CORSMiddleware  # 20 ms, and an agent sends no Origin

        return CORSMiddleware(
            self._app,
            allow_origins=self._origins,
            allow_origin_regex=None if self._origins else _LOOPBACK_ORIGINS,
            allow_methods=("DELETE", "GET", "POST"),
            allow_headers=("*",),
            expose_headers=_EXPOSED,
            max_age=7200,
        )

    def refusal(self, method: str, address: str, headers: RawHeaders) -> Reply | None:
        """The reply to a request that is not admitted; None to one that is.

        `address` is the one that the connection came to, and empty where the server does not say.
        """
        host, origin = headers.get(b"host", b""), headers.get(b"origin")
        if not self.answers_to(address, host):
            return problem_response(
                HOST_NOT_ALLOWED,
                f"This server does not answer to the host {_shown(host)}; call it by its address or as localhost, "
                "or add the name to GYM_HTTP_ALLOWED_HOSTS.",
            )
        if origin is None or method in _SAFE or self._may_call(origin.decode("latin-1"), headers):
            return None
        return problem_response(
            ORIGIN_NOT_ALLOWED,
            f"Pages of the origin {_shown(origin)} may not change anything here; add it to GYM_HTTP_CORS_ORIGINS.",
        )

    def _answers_to(self, address: str, host: bytes) -> bool:
        name = _PORT.sub("", host.decode("latin-1").strip().lower()).rstrip(".")
        if not self._hosts and not _is_loopback(address):
            return True
        # An address cannot be pointed elsewhere; and without a name it is no browser that asks.
        if name in ("", "localhost") or name.endswith(".localhost") or _is_address(name):
            return True
        return any(
            allowed in ("*", name) or (allowed.startswith("*.") and name.endswith(allowed[1:]))
            for allowed in self._hosts
        )

    def _may_call(self, origin: str, headers: RawHeaders) -> bool:
        if "*" in self._origins or origin in self._origins or _is_own(origin, headers):
            return True
        return not self._origins and re.fullmatch(_LOOPBACK_ORIGINS, origin) is not None


def _is_own(origin: str, headers: RawHeaders) -> bool:
    """Whether the page is this server's own, behind a proxy too.

    No page can send either header to another origin: one is the browser's, and one would need a preflight.
    """
    if headers.get(b"sec-fetch-site") == b"same-origin":
        return True
    scheme, _, authority = origin.lower().partition("://")
    port = _DEFAULT_PORTS.get(scheme, "")
    own = (headers.get(b"host", b""), headers.get(b"x-forwarded-host", b""))
    return authority.removesuffix(port) in {
        each.decode("latin-1").lower().removesuffix(port) for each in own if each
    }


def _is_loopback(address: str) -> bool:
    if not _is_address(address):
        return False
    parsed = ipaddress.ip_address(address.strip("[]"))
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _shown(header: Sequence[int]) -> str:
    return repr(bytes(header[:100]).decode("latin-1"))
