"""The types that the JavaScript declares hold, in itself and for a caller in TypeScript."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT

JAVASCRIPT = ROOT / "infra" / "javascript"
CALLER = Path(__file__).with_name("caller.ts")
OPTIONS: list[str | Path] = [
    *("--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler"),
    *("--lib", "es2023,dom,dom.iterable"),
]


@pytest.fixture(scope="session")
def tsc(javascript_packages: Path) -> Path:
    return javascript_packages / ".bin" / "tsc"


def test_the_client_and_the_pages_are_rightly_typed(tsc: Path) -> None:
    done = subprocess.run([tsc, "-p", JAVASCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def declarations(tsc: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `gymnasium.d.ts` and what it needs."""
    folder = tmp_path_factory.mktemp("declarations")
    emitted: list[str | Path] = ["--allowJs", "--declaration", "--emitDeclarationOnly", "--outDir", folder]
    subprocess.run([tsc, ROOT / "static/gymnasium.js", *OPTIONS, *emitted], check=True, capture_output=True)
    return folder


def compiled(tsc: Path, folder: Path, *programs: str) -> subprocess.CompletedProcess[str]:
    """All programs at once, since reading the declarations of browsers takes most of the time."""
    files = [folder / f"caller{number}.ts" for number in range(len(programs))]
    for file, program in zip(files, programs, strict=True):
        file.write_text(program)
    command = [tsc, *files, *OPTIONS, "--strict", "--noEmit"]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_caller_in_typescript_gets_the_types_of_all_that_it_uses(tsc: Path, declarations: Path) -> None:
    done = compiled(tsc, declarations, CALLER.read_text())
    assert done.returncode == 0, done.stdout


WRONG = (
    "const n: number = (await env.step(1)).terminated;",
    'await env.step(1, "more");',
    'await Env.make("CartPole-v1", { renderMod: null });',
    "await env.restore(7);",
    "env.closed = true;",
)


def test_what_is_wrong_does_not_compile(tsc: Path, declarations: Path) -> None:
    begin = 'import { Env } from "./gymnasium.js";\nconst env = await Env.make("CartPole-v1");\n'
    right = "await env.step(1);"
    programs = [f"{begin}{line}\nexport {{}};\n" for line in (*WRONG, right)]
    told = compiled(tsc, declarations, *programs).stdout
    refused = {int(number) for number in re.findall(r"caller(\d+)\.ts\(3,\d+\): error", told)}
    assert refused == set(range(len(WRONG))), told
