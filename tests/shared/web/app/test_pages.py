"""Pages are served by their names, with headers that their own markup cannot set."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from shared.web.app.pages import Pages, policy

POLICY = "default-src 'none'; script-src 'self'"


@pytest.fixture
def pages(tmp_path: Path) -> TestClient:
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    (tmp_path / "index.html").write_text(f"<!doctype html>{meta}")
    (tmp_path / "docs.html").write_text("<!doctype html>")
    (tmp_path / "page").mkdir()
    (tmp_path / "page/module.js").write_text("export {}")
    return TestClient(Starlette(routes=[Mount("/", Pages(tmp_path))]))


def test_a_page_is_served_with_and_without_its_ending_but_not_below_itself(pages: TestClient) -> None:
    paths = ("/", "/index.html", "/docs", "/docs.html", "/docs/", "/module", "/page/module.js")
    assert [pages.get(path).status_code for path in paths] == [200, 200, 200, 200, 404, 404, 200]


def test_a_pages_policy_is_its_header_too_with_frame_ancestors(pages: TestClient) -> None:
    headers = pages.get("/").headers
    assert headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'self'"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_page_without_a_policy_may_load_nothing(pages: TestClient) -> None:
    assert pages.get("/docs").headers["content-security-policy"].startswith("default-src 'none';")


def test_files_are_checked_for_changes_before_they_are_used_again(pages: TestClient) -> None:
    first = pages.get("/page/module.js")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["x-content-type-options"] == "nosniff"
    again = pages.get("/page/module.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def test_a_long_text_is_compressed_for_those_who_take_it(pages: TestClient, tmp_path: Path) -> None:
    text = "export const word = 'word';\n" * 1000
    (tmp_path / "long.js").write_text(text)
    plain = pages.get("/long.js", headers={"accept-encoding": "gzip;q=0, identity"})
    short = pages.get("/long.js", headers={"accept-encoding": "gzip"})
    assert (plain.text, short.text) == (text, text)
    assert "content-encoding" not in plain.headers
    assert short.headers["content-encoding"] == "gzip"
    assert int(short.headers["content-length"]) < len(text) / 10
    assert short.headers["content-type"] == plain.headers["content-type"]
    assert {plain.headers["vary"], short.headers["vary"]} == {"Accept-Encoding"}
    (tmp_path / "long.js").write_text("changed".ljust(2000))
    assert pages.get("/long.js", headers={"accept-encoding": "gzip"}).text.startswith("changed")


def test_a_client_that_has_the_compressed_file_is_told_so(pages: TestClient, tmp_path: Path) -> None:
    (tmp_path / "long.css").write_text("a {}\n" * 1000)
    first = pages.get("/long.css", headers={"accept-encoding": "gzip"})
    again = pages.get("/long.css", headers={"accept-encoding": "gzip", "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = pages.get("/long.css", headers={"accept-encoding": "gzip", "range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"a {}")


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/page/"])
def test_nothing_outside_the_folder_and_no_folder_is_served(pages: TestClient, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_every_page_of_the_service_declares_a_policy() -> None:
    found = {page.name: policy(page) for page in (Path(__file__).parents[4] / "static").glob("*.html")}
    assert {"index.html", "docs.html", "agent.html", "monitor.html"} <= found.keys()
    assert all("script-src" in each for each in found.values())
