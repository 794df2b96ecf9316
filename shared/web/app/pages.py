"""The static pages, sent with the headers that a page cannot set from within."""

from html.parser import HTMLParser
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class Pages(StaticFiles):
    """A folder of static files, `index.html` at its root; a page there goes by its name without its ending too.

    A page's content security policy stands in its `<meta>`, for hosts that send no headers. It is its header as
    well, with `frame-ancestors`, which only a header can say (Content Security Policy Level 3, 6.4.2).
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._names = {page.stem for page in folder.glob("*.html")}

    def get_path(self, scope: Scope) -> str:
        """The file that the request's path names."""
        path = super().get_path(scope)
        # With a last slash, what the page refers to would be looked for below it.
        return f"{path}.html" if path in self._names and not scope["path"].endswith("/") else path

    def file_response(self, full_path: "str | PathLike[str]", *args: Any, **kwargs: Any) -> Response:
        """One file, or that it is unchanged."""
        response = super().file_response(full_path, *args, **kwargs)
        # Modules import each other, so an old one from a browser's cache must not meet a new one.
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if fspath(full_path).endswith(".html"):
            response.headers["Content-Security-Policy"] = f"{policy(Path(full_path))}; frame-ancestors 'self'"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response


def policy(page: Path) -> str:
    """The content security policy that the page declares, or one that allows nothing."""
    meta = _Meta()
    meta.feed(page.read_text())
    return meta.policy


class _Meta(HTMLParser):
    policy = "default-src 'none'"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given.get("content", self.policy)
