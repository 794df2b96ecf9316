"""The deployment in Lambda's own runtime for any test: a plug-in that `tests/conftest.py` loads."""

import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import pytest
import uvicorn
from starlette.testclient import TestClient

from infra.aws.template import BUCKET as BUCKET_OF_TEMPLATE
from infra.aws.template import Template, read
from infra.emulator.gateway import Gateway
from infra.emulator.sandbox import SandboxFailed, emulator
from infra.s3.seaweedfs import SeaweedFS
from tests.applications import Api, Asgi, Client, Reply
from tests.fixtures_s3 import BUCKET

_OWNERS = 300
_number = count()


def deployment(**parameters: str) -> Template:
    """The template with a signing key, and the bucket of the tests' own server under a fresh prefix."""
    place = f"{BUCKET}/{secrets.token_hex(8)}"
    return read({BUCKET_OF_TEMPLATE: place, "SigningKeys": secrets.token_hex(16), **parameters})


@contextmanager
def listening(gateway: Gateway) -> Iterator[str]:
    """The address of a server with the gateway."""
    server = uvicorn.Server(uvicorn.Config(gateway, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def lambda_runtime() -> None:
    """That the emulator is there; only where CI is not set may it be missing."""
    try:
        emulator()
    except SandboxFailed as error:
        if "CI" in os.environ:
            raise
        pytest.skip(str(error))


@dataclass
class _Owned:
    """A client with an API key of its own, and so with instances of its own."""

    client: Client
    secret: str

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        return self.client.send(
            method, path, content, {"authorization": f"Bearer {self.secret}", **(headers or {})}
        )


@pytest.fixture(scope="session")
def gateway(
    lambda_runtime: None, seaweedfs_server: SeaweedFS, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """Every function of the template, one process each, with API keys `secret-0` and so on."""
    keys = ",".join(f"owner-{number}:secret-{number}" for number in range(_OWNERS))
    serving = Gateway(
        deployment(ApiKeys=keys), seaweedfs_server.environment, tmp_path_factory.mktemp("lambda"), sandboxes=1
    )
    with TestClient(serving) as client:
        yield Asgi(client)


@pytest.fixture
def emulated(gateway: Client) -> Api:
    """The endpoints as functions in Lambda's own runtime, for an owner who has nothing yet."""
    return Api(_Owned(gateway, f"secret-{next(_number) % _OWNERS}"))
