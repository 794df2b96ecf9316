"""The types that the JavaScript declares hold, in itself and for a caller in TypeScript."""

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


def compiled(tsc: Path, folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    (folder / "caller.ts").write_text(program)
    command = [tsc, folder / "caller.ts", *OPTIONS, "--strict", "--noEmit"]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_caller_in_typescript_gets_the_types_of_all_that_it_uses(tsc: Path, declarations: Path) -> None:
    done = compiled(tsc, declarations, CALLER.read_text())
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        "const n: number = (await env.step(1)).terminated;",
        'await env.step(1, "more");',
        'await Env.make("CartPole-v1", { renderMod: null });',
        "await env.restore(7);",
        "env.closed = true;",
    ],
)
def test_what_is_wrong_does_not_compile(tsc: Path, declarations: Path, wrong: str) -> None:
    begin = 'import { Env } from "./gymnasium.js";\nconst env = await Env.make("CartPole-v1");\n'
    assert compiled(tsc, declarations, begin + wrong + "\nexport {};\n").returncode != 0
