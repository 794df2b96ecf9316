"""The service is served over a server of its own, or says why not."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.s3 import run


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be served; SeaweedFS is not started."""
    found: list[dict[str, Any]] = []

    @contextmanager
    def seaweedfs(directory: Path, port: int | None, host: str) -> Iterator[Any]:
        directory.mkdir(parents=True, exist_ok=True)
        yield SimpleNamespace(
            environment={"AWS_ENDPOINT_URL_S3": f"http://{host}:{port}"},
            create_bucket=lambda name: name,
            endpoint="http://s3",
            access_key="key",
            secret_key="secret",
        )

    def serve(host: str, port: int) -> int:
        found.append({**os.environ, "host": host, "port": port})
        return 3

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(run, "seaweedfs", seaweedfs)
    monkeypatch.setattr(run, "serve", serve)
    return found


def test_the_service_knows_its_store_and_a_key_that_stays(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["run", "--host", "127.0.0.2", "--port", "4321", "--s3-port", "8333"])
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            run.main()
        assert ended.value.code == 3
    first, second = served
    assert first == second
    assert (first["host"], first["port"]) == ("127.0.0.2", 4321)
    assert first["GYM_HTTP_STORE"] == "s3://gym-http/snapshots"
    assert first["AWS_ENDPOINT_URL_S3"] == "http://127.0.0.2:8333"
    assert len(first["GYM_HTTP_SIGNING_KEYS"]) == 64


def test_a_signing_key_that_was_emptied_is_told_and_nothing_is_served(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["run"])
    key = Path(".gym-http/s3/signing.key")
    key.parent.mkdir(parents=True)
    key.touch()
    with pytest.raises(SystemExit, match=str(key)):
        run.main()
    assert served == []
