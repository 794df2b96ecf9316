"""Every example of clients/examples plays as its README says, with the very line that stands there."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT, Server, uvicorn

EXAMPLES = ROOT / "clients" / "examples"
ROWS = dict(re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", (EXAMPLES / "README.md").read_text(), re.MULTILINE))
FOLDERS = {"C++": "cpp", "C#": "csharp"}
NOT_IN_DEBIAN = ["C#"]
"""Its runtime cannot be installed where the tests run; the README says so."""

pytestmark = pytest.mark.slow


def folder(language: str) -> Path:
    return EXAMPLES / FOLDERS.get(language, language.lower())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("store")
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{store}/snapshots.db") as running:
        yield running


@pytest.mark.parametrize("language", [language for language in ROWS if language not in NOT_IN_DEBIAN])
def test_an_example_plays_at_random_and_then_solves_cartpole(
    language: str, server: Server, tmp_path: Path
) -> None:
    copy = shutil.copytree(folder(language), tmp_path / "example")
    address = server.url.removeprefix("http://") if language == "Rust" else server.url
    line = f"{ROWS[language]} {address}"
    ran = subprocess.run(["bash", "-c", line], cwd=copy, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, f"{line}: install what clients/examples/README.md names\n{ran.stderr}"
    random, heuristic = ran.stdout.splitlines()[-2:]  # npm says something before
    assert 8 <= int(re.fullmatch(r"random: (\d+) steps", random)[1]) < 500  # type: ignore[index]
    assert heuristic == "heuristic: 500 steps"
    assert server.send("GET", "/v1/envs/").json == {}


def test_every_folder_has_a_row_and_a_program_under_65_lines() -> None:
    folders = {path for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "search"}
    assert {folder(language) for language in ROWS} == folders
    for language in ROWS:
        [program] = [path for path in folder(language).iterdir() if path.suffix not in (".json", ".csproj")]
        assert len(program.read_text().splitlines()) < 65, program


@pytest.mark.parametrize("language", ROWS)
def test_a_program_begins_with_the_line_that_runs_it(language: str) -> None:
    [program] = [path for path in folder(language).iterdir() if path.suffix not in (".json", ".csproj")]
    first = "\n".join(program.read_text().splitlines()[:2])
    assert ROWS[language] in first
