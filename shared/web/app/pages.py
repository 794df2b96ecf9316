"""The static pages, with the headers that a page cannot set for itself."""

import gzip
from functools import lru_cache
from html.parser import HTMLParser
from os import PathLike, fspath, stat_result
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from shared.web.protocol.negotiation import takes_gzip

_GZIP_FROM_BYTES = 1024
_COMPRESSED = (".html", ".css", ".js", ".svg", ".json", ".txt")


class Pages(StaticFiles):
    """A folder of static files, with `index.html` at its root. `/docs` serves `docs.html`.

    A page declares its content security policy in a `<meta>`, for hosts that send no headers. Here it is sent as a
    header too, with `frame-ancestors`, which a `<meta>` cannot set (Content Security Policy Level 3, 6.4.2).
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._names = {page.stem for page in folder.glob("*.html")}

    def get_path(self, scope: Scope) -> str:
        """The file for the request's path."""
        path = super().get_path(scope)
        # Below a trailing slash the page's relative links would lead nowhere.
        return f"{path}.html" if path in self._names and not scope["path"].endswith("/") else path

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The reply; 404 by any method where there is no such file, and 405 only where there is one."""
        if scope["method"] not in ("GET", "HEAD") and not self.lookup_path(path)[0]:
            raise HTTPException(404)
        return await super().get_response(path, scope)

    def file_response(
        self, full_path: "str | PathLike[str]", stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, compressed for a client that takes it so, or 304 if the client has it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        # Modules import each other: a cached old one must not meet a new one.
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if fspath(full_path).endswith(".html"):
            response.headers["Content-Security-Policy"] = f"{policy(Path(full_path))}; frame-ancestors 'self'"
            response.headers["Referrer-Policy"] = "no-referrer"
        asked = Headers(scope=scope)
        if not fspath(full_path).endswith(_COMPRESSED) or stat_result.st_size < _GZIP_FROM_BYTES:
            return response
        response.headers["Vary"] = "Accept-Encoding"
        wanted = takes_gzip(asked.get("accept-encoding", "").encode("latin-1"))
        if not wanted or "range" in asked or not isinstance(response, FileResponse):
            return response
        return _compressed(response, fspath(full_path), stat_result.st_mtime_ns)


def _compressed(response: FileResponse, path: str, changed: int) -> Response:
    """The same reply, shorter, with the file's ETag: weak, since the bytes are others."""
    headers = dict(response.headers)
    headers |= {"content-encoding": "gzip", "etag": f"W/{headers['etag']}"}
    for name in ("content-length", "accept-ranges"):
        headers.pop(name, None)
    return Response(_gzipped(path, changed), response.status_code, headers)


@lru_cache(maxsize=256)
def _gzipped(path: str, changed: int) -> bytes:
    """The file's bytes in gzip, made once for each change of the file."""
    return gzip.compress(Path(path).read_bytes(), compresslevel=9, mtime=0)


def policy(page: Path) -> str:
    """The content security policy that the page declares; without one, a policy that allows nothing."""
    meta = _Meta()
    meta.feed(page.read_text())
    return meta.policy


class _Meta(HTMLParser):
    policy = "default-src 'none'"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given.get("content", self.policy)
