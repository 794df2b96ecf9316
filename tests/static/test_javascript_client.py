import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT, Server, uvicorn

TESTS = [Path(__file__).with_name(name) for name in ("client.test.mjs", "past.test.mjs", "episodes.test.mjs")]
SECRET = "open-sesame"
MODULES = [ROOT / "static" / "gymnasium.js", *sorted((ROOT / "static" / "gymnasium").glob("*.js"))]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as running:
        yield running


@pytest.fixture
def keyed_server(tmp_path: Path) -> Iterator[Server]:
    """One on the same store that wants an API key."""
    with uvicorn(
        GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db", GYM_HTTP_API_KEYS=f"ann:{SECRET}"
    ) as running:
        yield running


def test_the_javascript_client_does_what_its_own_tests_say(
    node: str, server: Server, keyed_server: Server
) -> None:
    environment = {
        **os.environ,
        "GYM_HTTP_URL": server.url,
        "GYM_HTTP_KEYED_URL": keyed_server.url,
        "GYM_HTTP_KEY": SECRET,
    }
    done = subprocess.run([node, "--test", *TESTS], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_makes_neither_code_nor_markup_of_text(module: Path) -> None:
    text = module.read_text()
    for forbidden in ("eval(", "new Function", "innerHTML", "document.write"):
        assert forbidden not in text
