"""The pages hold to their own content security policy and lack nothing that they refer to."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.servers import ROOT

STATIC = ROOT / "static"
PAGES = sorted(STATIC.glob("*.html"))

# Served by the service itself, beside the files.
SERVICE = {"docs", "openapi.json", "/docs", "/openapi.json"}


class Page(HTMLParser):
    """The elements of a page and the text within scripts and styles."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        # The parser gives what is within these two as data, whatever it looks like.
        if self.cdata_elem in ("script", "style"):
            self.inline += data.strip()

    def attributes(self, *names: str) -> list[str]:
        return [str(given[name]) for _, given in self.elements for name in names if name in given]


@pytest.fixture(params=PAGES, ids=lambda path: path.name)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(request.param)


def test_a_page_allows_only_scripts_and_styles_of_its_own_files(page: Page) -> None:
    policies = [
        given["content"] or ""
        for tag, given in page.elements
        if tag == "meta" and (given.get("http-equiv") or "").lower() == "content-security-policy"
    ]
    assert len(policies) == 1
    directives = [directive.strip() for directive in policies[0].split(";")]
    assert directives[0] == "default-src 'none'"
    assert "script-src 'self'" in directives
    assert "style-src 'self'" in directives


def test_a_page_has_no_inline_script_or_style(page: Page) -> None:
    assert page.inline == ""
    assert page.attributes("style") == []
    names = {name for _, given in page.elements for name in given}
    assert not {name for name in names if name.startswith("on")}
    assert not any(value.startswith("javascript:") for value in page.attributes("href", "src"))


def test_every_local_file_that_a_page_refers_to_exists(page: Page) -> None:
    local = [reference for reference in page.attributes("href", "src") if "://" not in reference]
    assert local
    for reference in local:
        assert reference in SERVICE or (STATIC / reference).exists(), reference


def test_every_id_that_a_page_refers_to_exists(page: Page) -> None:
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    assert set(page.attributes("aria-labelledby", "for")) <= set(ids)


def test_every_module_that_a_module_imports_exists() -> None:
    modules = sorted(STATIC.rglob("*.js"))
    assert modules
    for module in modules:
        for imported in re.findall(r"""(?:from|import) "(\.[^"]+)";""", module.read_text()):
            assert (module.parent / imported).exists(), f"{module.name}: {imported}"


def test_nothing_is_made_from_markup() -> None:
    """Names come from the service, and one with markup in it would run in the page."""
    for module in sorted(STATIC.rglob("*.js")):
        if module.parent.name != "vendor":
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", module.read_text()), (
                module
            )
