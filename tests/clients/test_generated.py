"""Clients that others' generators write from the OpenAPI document create, reset, step and close."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions import local
from tests.servers import ROOT, Server, uvicorn

PROGRAMS = ROOT / "tests" / "clients" / "generated"
NPM = ("openapi-typescript@7", "openapi-fetch@0", "typescript@5", "@types/node@20")

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as running:
        yield running


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The document in a folder of its own, where clients are generated."""
    folder = tmp_path / "client"
    shutil.copytree(PROGRAMS, folder)
    path = folder / "openapi.json"
    path.write_text(json.dumps(local.app.openapi()))
    return path


def run(folder: Path, *command: str | Path) -> str:
    """What the command prints."""
    ran = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, timeout=400)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def check(printed: str) -> None:
    """The episode's lines: the first observation, a reward and a flag, a refusal, and the end."""
    assert "0.02739560417830944" in printed
    *_, step, refusal, end = printed.splitlines()
    assert step.lower() in ("1.0 false", "1 false")
    assert refusal.startswith("action is 9")
    assert end == "Environment closed and deleted."


def test_a_generated_typescript_client_compiles_and_plays(server: Server, document: Path) -> None:
    folder = document.parent
    (folder / "package.json").write_text('{"type": "module"}')
    run(folder, "npm", "install", "--silent", "--no-fund", "--no-audit", *NPM)
    run(folder, "npx", "openapi-typescript", "openapi.json", "--output", "api.ts")
    run(folder, "npx", "tsc", "--target", "es2022", "--module", "nodenext", "--strict", "agent.ts")
    check(run(folder, "node", "agent.js", server.url))


def test_a_generated_python_client_plays(server: Server, document: Path) -> None:
    """In an environment of its own: the generator pins what it needs."""
    folder = document.parent
    run(folder, sys.executable, "-m", "venv", "venv")
    run(folder, "venv/bin/pip", "install", "--quiet", "openapi-python-client>=0.24")
    run(folder, "venv/bin/openapi-python-client", "generate", "--path", "openapi.json", "--meta", "none")
    check(run(folder, "venv/bin/python", "agent.py", server.url))
