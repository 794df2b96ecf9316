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


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/page/"])
def test_nothing_outside_the_folder_and_no_folder_is_served(pages: TestClient, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_every_page_of_the_service_declares_a_policy() -> None:
    found = {page.name: policy(page) for page in (Path(__file__).parents[4] / "static").glob("*.html")}
    assert {"index.html", "docs.html", "agent.html", "monitor.html"} <= found.keys()
    assert all("script-src" in each for each in found.values())
