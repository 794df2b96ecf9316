"""What a page names exists: pages and their sections, files, modules, commands."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, Page
from tests.servers import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:functions|shared|infra|static|tests|clients|docs)/[\w./-]+)`")
TO_BE_ADDED = re.compile(r"NAME|echo_env")
"""In a path that CONTRIBUTING tells a newcomer to add."""
MODULE = re.compile(r"python3? -m ((?:functions|shared|infra|tests)[\w.]*)")
TARGET = re.compile(r"\bmake ([a-z][a-z0-9-]*)\b")
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
EVERY_PAGE = [page for path, page in PAGES.items() if path != "CHANGELOG.md"]
"""The changelog names what was there once."""


def anchors(page: Page) -> set[str]:
    """The names by which GitHub links to the page's headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        for heading in HEADING.findall(page.prose)
    }


@pytest.mark.parametrize("page", EVERY_PAGE, ids=str)
def test_every_link_leads_somewhere(page: Page) -> None:
    for target in LINK.findall(page.prose):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / page.path).parent / path).resolve() if path else ROOT / page.path
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(PAGES[str(file.relative_to(ROOT))]), target


@pytest.mark.parametrize("page", EVERY_PAGE, ids=str)
def test_every_path_and_command_exists(page: Page) -> None:
    for path in PATH.findall(page.text):
        assert (ROOT / path).exists() or TO_BE_ADDED.search(path), path
    for module in MODULE.findall(page.text):
        assert find_spec(module) is not None, module
    # Of prose only what is set as code: "make a step" is no target.
    code = "\n".join([*re.findall(r"`([^`]+)`", page.prose), *(block.text for block in page.blocks)])
    commands = {target for target in TARGET.findall(code)}
    assert commands <= TARGETS, commands - TARGETS


def test_every_page_of_docs_is_linked_from_the_readme() -> None:
    linked = set(LINK.findall(PAGES["README.md"].prose))
    for path in (path for path in PAGES if path.startswith("docs/")):
        assert any(link.partition("#")[0] == path for link in linked), path


@pytest.mark.parametrize(
    "picture", sorted(Path(ROOT / "docs").glob("*.[sw][ve][gb]*")), ids=lambda path: path.name
)
def test_every_picture_is_shown_on_a_page(picture: Path) -> None:
    assert any(picture.name in page.text for page in PAGES.values())
