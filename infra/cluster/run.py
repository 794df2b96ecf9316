"""Many machines on one: nginx before several servers that share a bucket of an S3-compatible server.

Kill one, stop one, or send one SIGHUP: clients that send keys notice nothing but time.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra.proxy.nginx import NginxMissing, nginx, nginx_program
from infra.s3.kept_key import kept_key
from infra.s3.seaweedfs import seaweedfs
from shared.errors import Misconfigured

_DIRECTORY = Path(".gym-http/cluster")
_BUCKET = "gym-http"
_READY_S = 120.0
_INNER_HOST = "127.0.0.1"


class ServerEnded(Exception):
    """A server ended before it was ready, or was not ready in time. What it said stands above."""


@contextmanager
def servers(ports: Sequence[int], environment: Mapping[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A server at each port of 127.0.0.1, ready to be called, until the block ends.

    Raises:
        ServerEnded: one did not become ready.
    """
    running = []
    try:
        for port in ports:
            command = [sys.executable, "-m", "functions.serve", "--host", _INNER_HOST, "--port", str(port)]
            running.append(subprocess.Popen(command, env={**os.environ, **environment}))
        for port, process in zip(ports, running, strict=True):
            _wait_until_ready(port, process)
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://{_INNER_HOST}:{port}/v1/readyz/", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ServerEnded(f"The server at port {port} is not ready; what it says stands above.")


def _serve(host: str, port: int, count: int) -> None:
    with seaweedfs(_DIRECTORY / "s3") as store:
        environment = {
            **store.environment,
            "GYM_HTTP_STORE": f"s3://{store.create_bucket(_BUCKET)}/snapshots",
            "GYM_HTTP_SIGNING_KEYS": kept_key(_DIRECTORY / "signing.key"),
        }
        ports = range(port + 1, port + 1 + count)
        addresses = [f"{_INNER_HOST}:{each}" for each in ports]
        with (
            servers(ports, environment) as running,
            nginx(_DIRECTORY.absolute(), f"{host}:{port}", addresses) as proxy,
        ):
            for address, process in zip(addresses, running, strict=True):
                print(f"A server at http://{address}, process {process.pid}")
            print(f"nginx before them at http://{host}:{port} (Press CTRL+C to quit)", flush=True)
            proxy.wait()


def main() -> None:
    """Serve on the host and port by several servers, which have the ports that follow; data is in .gym-http/."""
    parser = argparse.ArgumentParser(prog="python -m infra.cluster.run", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--servers", type=int, choices=range(1, 65), metavar="1-64", default=3)
    given = parser.parse_args()
    # So that every process is ended by this one, however it is told to end.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    try:
        nginx_program()
        _DIRECTORY.mkdir(parents=True, exist_ok=True)
        _serve(given.host, given.port, given.servers)
    except (NginxMissing, ServerEnded, Misconfigured) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
