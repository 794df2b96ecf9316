"""One server for all tests, and a client's ways to it."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import ale_py
import every_space  # noqa: F401  registers its environments here as on the server
import gymnasium
import pytest
from gymnasium_http import Connection

from shared.variables import prepare_process
from tests.servers import Server, uvicorn

# Mangum makes an event loop current when a handler is made, at import; every test has one of its own instead.
asyncio.get_event_loop_policy().get_event_loop().close()
prepare_process()  # no screen for the environments in process either
gymnasium.register_envs(ale_py)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows the tests' own environments."""
    store = tmp_path_factory.mktemp("store") / "snapshots.db"
    path = ":".join([str(Path(__file__).parent), *filter(None, sys.path)])
    with uvicorn(
        GYM_HTTP_STORE=f"sqlite:///{store}", GYM_HTTP_ENV_MODULES="every_space", PYTHONPATH=path
    ) as running:
        yield running


@pytest.fixture
def url(server: Server) -> str:
    return server.url


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    opened = Connection(url, patience=10)
    yield opened
    opened.close()
