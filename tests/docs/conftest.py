from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, uvicorn


@pytest.fixture
def docs_server(tmp_path: Path) -> Iterator[Server]:
    """A server with an empty store, for the blocks of one page."""
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as running:
        yield running
