"""The real servers of clouds' stores that a run uses, each with a bucket."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from infra.azurite.azurite import Azurite, azurite
from infra.s3.seaweedfs import SeaweedFS, seaweedfs

_BUCKET = "chaos"


class Cloud(NamedTuple):
    """A running server."""

    endpoint: str
    address: str
    """The address of the bucket as a store."""
    environment: Mapping[str, str]
    variable: str
    """The variable that names the server."""

    def through(self, proxy: str) -> dict[str, str]:
        """The variables by which the server is reached through a proxy at that address."""
        return {**self.environment, self.variable: proxy + urlsplit(self.endpoint).path}


def of_s3(server: SeaweedFS, bucket: str) -> Cloud:
    """A bucket of an S3 server."""
    return Cloud(server.endpoint, f"s3://{bucket}", server.environment, "AWS_ENDPOINT_URL_S3")


def of_azure(server: Azurite, container: str) -> Cloud:
    """A container of a server of Azure's API."""
    return Cloud(server.endpoint, f"az://{container}", server.environment, "AZURE_STORAGE_ENDPOINT")


@contextlib.contextmanager
def _s3(directory: Path) -> Iterator[Cloud]:
    with seaweedfs(directory) as server:
        yield of_s3(server, server.create_bucket(_BUCKET))


@contextlib.contextmanager
def _azure(directory: Path) -> Iterator[Cloud]:
    with azurite(directory) as server:
        yield of_azure(server, server.create_container(_BUCKET))


CLOUDS: Mapping[str, Callable[[Path], AbstractContextManager[Cloud]]] = {"s3": _s3, "azure": _azure}
