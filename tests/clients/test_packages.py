"""What would be uploaded to PyPI and to npm is installed where nothing else is, and played with.

What they depend on comes from the registries. Run by `make packages`.
"""

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import gymnasium
import gymnasium_http
import pytest

from tests.docs.pages import ADDRESS, PAGES
from tests.servers import ROOT, Server, uvicorn

pytestmark = pytest.mark.slow

PYTHON, JAVASCRIPT = ROOT / "clients" / "python", ROOT / "clients" / "javascript"
TSC = ROOT / "infra" / "javascript" / "node_modules" / ".bin" / "tsc"
SEED = 42

PLAY = """
import asyncio, json, sys
import gymnasium_http

def chosen(observation):
    return int(observation[2] + observation[3] > 0)

def play(env):
    observation, _ = env.reset(seed=SEED)
    rewards, done = [], False
    while not done:
        observation, reward, terminated, truncated, _ = env.step(chosen(observation))
        rewards.append(reward)
        done = terminated or truncated
    return [len(rewards), observation.tolist()]

async def play_awaited(env):
    observation, _ = await env.reset(seed=SEED)
    rewards, done = [], False
    while not done:
        observation, reward, terminated, truncated, _ = await env.step(chosen(observation))
        rewards.append(reward)
        done = terminated or truncated
    await env.close()
    return [len(rewards), observation.tolist()]

async def awaited():
    return await play_awaited(await gymnasium_http.make_async("CartPole-v1", url=sys.argv[1]))

with gymnasium_http.make("CartPole-v1", url=sys.argv[1]) as env:
    print(json.dumps([gymnasium_http.__version__, play(env), asyncio.run(awaited())]))
""".replace("SEED", str(SEED))

PLAY_IN_NODE = """
import { Env } from "gymnasium-http";
import { overSessions } from "gymnasium-http/session.js";

const env = await Env.make("CartPole-v1", { url: process.argv[2] });
let [observation] = await env.reset({ seed: SEED });
let steps = 0, done = false;
while (!done) {
  const step = await env.step(Number(observation[2] + observation[3] > 0));
  observation = step.observation;
  steps += 1;
  done = step.terminated || step.truncated;
}
await env.close();
console.log(JSON.stringify([typeof overSessions, [steps, observation]]));
""".replace("SEED", str(SEED))


def in_process() -> list[object]:
    """How many steps the episode has, and where it ends."""
    env = gymnasium.make("CartPole-v1")
    observation, _ = env.reset(seed=SEED)
    steps, done = 0, False
    while not done:
        observation, _, terminated, truncated, _ = env.step(int(observation[2] + observation[3] > 0))
        steps, done = steps + 1, terminated or truncated
    return [steps, observation.tolist()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("store") / "snapshots.db"
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{store}") as running:
        yield running


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel."""
    folder = tmp_path_factory.mktemp("distributions")
    run(sys.executable, "-m", "hatchling", "build", "--directory", folder, cwd=PYTHON)
    return folder


@pytest.mark.parametrize("kind", ["whl", "tar.gz"])
def test_the_python_package_plays_as_in_process(
    kind: str, distributions: Path, server: Server, tmp_path: Path
) -> None:
    [distribution] = distributions.glob(f"*.{kind}")
    python = tmp_path / "environment" / "bin" / "python"
    run(sys.executable, "-m", "venv", tmp_path / "environment", cwd=tmp_path)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", distribution, cwd=tmp_path)
    printed = run(python, "-I", "-W", "error", "-c", PLAY, server.url, cwd=tmp_path)
    assert json.loads(printed) == [gymnasium_http.__version__, in_process(), in_process()]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose one dependency is the npm package."""
    folder = tmp_path_factory.mktemp("project")
    run("npm", "pack", "--silent", "--pack-destination", folder, cwd=JAVASCRIPT)
    [package] = folder.glob("*.tgz")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    run("npm", "install", "--silent", "--no-fund", "--no-audit", package, cwd=folder)
    return folder


def test_the_npm_package_plays_as_in_process(installed: Path, server: Server) -> None:
    (installed / "play.mjs").write_text(PLAY_IN_NODE)
    assert json.loads(run("node", "play.mjs", server.url, cwd=installed)) == ["function", in_process()]


def test_the_page_of_the_npm_package_prints_what_it_says(installed: Path, server: Server) -> None:
    program, printed = PAGES["clients/javascript/README.md"].blocks
    (installed / "page.mjs").write_text(program.text.replace(ADDRESS, server.url))
    assert run("node", "page.mjs", cwd=installed) == printed.text


def test_the_npm_package_has_the_types_of_all_that_is_used(installed: Path) -> None:
    program = (ROOT / "tests" / "static" / "caller.ts").read_text()
    (installed / "caller.ts").write_text(program.replace("./gymnasium.js", "gymnasium-http"))
    (installed / "wrong.ts").write_text(
        'import { Env } from "gymnasium-http";\nawait Env.make("CartPole-v1", { renderMod: null });\n'
    )
    options = [
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--moduleResolution",
        "nodenext",
        "--noEmit",
        "--strict",
    ]
    libraries = ["--lib", "es2023,dom,dom.iterable"]
    run(TSC, "caller.ts", *options, *libraries, cwd=installed)
    refused = subprocess.run(
        [TSC, "wrong.ts", *options, *libraries], cwd=installed, capture_output=True, text=True
    )
    assert "renderMod" in refused.stdout


def test_what_is_published_is_of_one_version_and_holds_its_licence_and_page(installed: Path) -> None:
    [package] = installed.glob("*.tgz")
    with tarfile.open(package) as archive:
        names = set(archive.getnames())
    modules = [each.relative_to(ROOT / "static") for each in (ROOT / "static" / "gymnasium").glob("*.js")]
    assert {f"package/{name}" for name in ("package.json", "README.md", "LICENSE")} <= names
    assert {f"package/dist/{name}" for name in ("gymnasium.js", "gymnasium.d.ts", *modules)} <= names
    assert not [name for name in names if not re.match(r"package/(dist/gymnasium|[\w.]+$)", name)]
    assert json.loads((JAVASCRIPT / "package.json").read_text())["version"] == gymnasium_http.__version__
