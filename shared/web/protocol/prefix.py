"""What stands before this server's paths in a client's view, when a proxy serves it beside others."""

import re

from starlette.types import Scope

from shared.web.observe.request_log import RawHeaders

# Two slashes at its beginning would lead to another host.
_FORWARDED = re.compile(rb"(/[\w.~-]{1,64}){1,16}")


def prefix_of(setting: str, scope: Scope, headers: RawHeaders) -> str:
    """The prefix, such as `/gym`; empty where there is none.

    `GYM_HTTP_ROOT_PATH` says so, else the server (uvicorn's `--root-path`), else the proxy's `X-Forwarded-Prefix`.
    """
    known: str = setting or scope.get("root_path", "")
    if known:
        return known
    forwarded = headers.get(b"x-forwarded-prefix", b"").rstrip(b"/")
    return forwarded.decode() if _FORWARDED.fullmatch(forwarded) else ""
