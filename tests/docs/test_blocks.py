"""Every block of every page runs in a test."""

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, json_values, play
from tests.servers import Server

PLAYED = (
    *("docs/mcp.md", "docs/search.md", "docs/api.md", "docs/environments.md", "docs/session.md"),
    "docs/javascript.md",
)
"""Pages whose blocks run in order against one server."""

RUN_ELSEWHERE = {
    "README.md": "test_readme.py kills its server between two blocks",
    "docs/trainers.md": "`make trainers` runs them where the trainers are installed",
    "docs/openenv.md": "tests/clients/test_openenv.py runs them where OpenEnv is installed",
    "docs/time-machine.md": "test_time_machine.py runs them where Minari is installed",
    "docs/classroom.md": "tests/infra/classroom serves the class and follows the page",
    "docs/settings.md": "test_settings.py compares its log line with a real one",
    "CONTRIBUTING.md": "test_contributing.py adds what its blocks add",
    "clients/python/README.md": "the client's own test_readme.py",
    "clients/javascript/README.md": "tests/clients/test_packages.py runs it with the package that it built",
    "infra/kubernetes/README.md": "tests/infra/kubernetes/test_chart.py renders what its command would install",
    "infra/README.md": "they deploy to AWS; test_references.py finds each command in them",
}


@pytest.mark.parametrize("path", PLAYED)
def test_every_block_of_the_page_runs_and_prints_what_it_says(
    path: str, docs_server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    play(PAGES[path], docs_server.url, folder)


def test_no_page_has_a_block_that_no_test_runs() -> None:
    assert {path for path, page in PAGES.items() if page.blocks} == {*PLAYED, *RUN_ELSEWHERE}


def test_a_wrong_output_is_found() -> None:
    assert json_values('{"a": 1}\n{"b": 2}') == [{"a": 1}, {"b": 2}]
    assert json_values('{"a": 1}') != json_values('{"a": 2}')
    one, other = "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11", "6f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c12"
    assert json_values(f'{{"id": "{one}"}}') == json_values(f'{{"id": "{other}"}}')
