"""One server for all tests, and a client's ways to it."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import ale_py
import every_space  # noqa: F401  registers its environments here as on the server
import gymnasium
import pytest
from gymnasium_http import Connection

from shared.variables import prepare_process
from tests.forked_servers import kept
from tests.servers import Server, uvicorn

# Mangum makes an event loop current when a handler is made, at import; every test has one of its own instead.
asyncio.get_event_loop_policy().get_event_loop().close()
prepare_process()  # no screen for the environments in process either
gymnasium.register_envs(ale_py)


@pytest.fixture(autouse=True, scope="session")
def forked_servers() -> Iterator[None]:
    """Lets the servers that tests start be forks of one interpreter."""
    with kept():
        yield


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


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What progress bars are told, in place of those of tqdm."""
    told: list[Any] = []

    class Bar:
        def __init__(self, **options: Any) -> None:
            told.append(options)

        def update(self, count: int) -> None:
            told.append(count)

        def close(self) -> None:
            told.append("closed")

    module = ModuleType("tqdm.auto")
    module.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    return told
