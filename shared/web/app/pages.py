"""The static pages, with the headers that a page cannot set for itself."""

from html.parser import HTMLParser
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


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

    def file_response(self, full_path: "str | PathLike[str]", *args: Any, **kwargs: Any) -> Response:
        """The file, or 304 if the client has it."""
        response = super().file_response(full_path, *args, **kwargs)
        # Modules import each other: a cached old one must not meet a new one.
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if fspath(full_path).endswith(".html"):
            response.headers["Content-Security-Policy"] = f"{policy(Path(full_path))}; frame-ancestors 'self'"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response


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
