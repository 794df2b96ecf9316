"""Visitors of the pages in a real browser, against a real server."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page, expect

from tests.servers import ROOT, Server, uvicorn

PATIENCE_MS = 120_000
"""How long a condition is waited for. A busy machine is no fault of a page."""


expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def server_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the pages and the API."""
    folder: Path = tmp_path_factory.mktemp("store")
    with uvicorn("tests.static.kept:app", GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db") as running:
        yield running


@pytest.fixture(scope="module")
def pages_server(server_of_the_session: Server) -> Server:
    """The session's server, with no environments when a file begins."""
    for instance_id in server_of_the_session.send("GET", "/v1/envs/").json:
        server_of_the_session.send("DELETE", f"/v1/envs/{instance_id}/")
    return server_of_the_session


@pytest.fixture
def leaving(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Closes the pages of a test's visitors, for a server that ends before they do.

    What a page still loads would be cut, and its console would complain.
    """
    names = {"visitor", "newcomer", "phone"} & {*request.fixturenames}
    visitors: list[Visitor] = [request.getfixturevalue(name) for name in names]

    def leave() -> None:
        for each in visitors:
            each.leave()

    return leave


@pytest.fixture
def other_origin(leaving: Callable[[], None]) -> Iterator[str]:
    """The address of the pages on a host that serves files, as a bucket does: no API and no headers."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(ROOT / "static"))) as files:
        threading.Thread(target=files.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{files.server_address[1]}"
        leaving()
        files.shutdown()


@dataclass
class Visitor:
    """A visitor whose browser keeps nothing of others, who notes what the console complains of."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of complaints that a test brings about: a browser notes each call that fails."""
    pages: list[Page] = field(default_factory=list)
    """The tabs that it has opened."""

    def open(self, url: str) -> Page:
        """A new tab at the address."""
        page = self.new_tab()
        page.goto(url)
        return page

    def new_tab(self) -> Page:
        """An empty tab."""
        page = self.context.new_page()
        self.pages.append(page)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def leave(self) -> None:
        """Close all tabs."""
        for page in self.pages:
            page.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def unexpected(self) -> list[str]:
        """The complaints that the test did not bring about."""
        return [each for each in self.complaints if not any(part in each for part in self.expected)]


class Profile:
    """A browser's profile that one visitor after another uses.

    Only its cache stays, without which each page takes twice the time.
    """

    def __init__(self, browser: Browser, **device: Any) -> None:
        self.context = browser.new_context(**device, reduced_motion="reduce")
        self.context.set_default_timeout(PATIENCE_MS)
        self._origins: set[str] = set()
        self._empty = self.context.new_page()
        self._storage = self.context.new_cdp_session(self._empty)
        self.context.on("page", lambda page: page.on("framenavigated", self._note))

    def _note(self, frame: Frame) -> None:
        self._origins.add("{0.scheme}://{0.netloc}".format(urlsplit(frame.url)))

    def visit(self) -> Iterator[Visitor]:
        """A visitor, of whom nothing is left at the end; a complaint that the test did not expect fails it."""
        visitor = Visitor(self.context)
        yield visitor
        for page in self.context.pages:
            if page is not self._empty:
                page.close()
        self.context.clear_permissions()
        for origin in self._origins:
            self._storage.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        self._origins.clear()
        assert visitor.unexpected() == []


DESKTOP = {"viewport": {"width": 1440, "height": 900}}
TELEPHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def desktop(browser: Browser) -> Iterator[Profile]:
    """A profile in a wide window, of one file's visitors."""
    profile = Profile(browser, **DESKTOP)
    yield profile
    profile.context.close()


@pytest.fixture(scope="module")
def desktop_of_processes(browser_of_processes: Browser) -> Iterator[Profile]:
    """The same in the browser that gives each tab a process of its own."""
    profile = Profile(browser_of_processes, **DESKTOP)
    yield profile
    profile.context.close()


@pytest.fixture(scope="module")
def telephone(browser: Browser) -> Iterator[Profile]:
    """A profile in a narrow window, used with fingers, of one file's visitors."""
    profile = Profile(browser, **TELEPHONE)
    yield profile
    profile.context.close()


@pytest.fixture
def visitor(desktop: Profile) -> Iterator[Visitor]:
    """A new visitor."""
    yield from desktop.visit()


@pytest.fixture
def visitor_of_tabs(desktop_of_processes: Profile) -> Iterator[Visitor]:
    """A new visitor, each of whose tabs has a process of its own."""
    yield from desktop_of_processes.visit()


@pytest.fixture
def phone(telephone: Profile) -> Iterator[Visitor]:
    """A new visitor with a telephone."""
    yield from telephone.visit()


@pytest.fixture
def newcomer(browser: Browser) -> Iterator[Visitor]:
    """A visitor with an empty cache, whose browser a test may change."""
    profile = Profile(browser, **DESKTOP)
    yield from profile.visit()
    profile.context.close()
