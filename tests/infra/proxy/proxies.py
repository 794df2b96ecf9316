"""The proxies whose configurations are in `infra/proxy`, each as a program of this machine."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from infra.proxy.nginx import NginxMissing, nginx
from tests.servers import ROOT

HAPROXY = ROOT / "infra" / "proxy" / "haproxy.cfg"


def lacking(missing: str) -> NoReturn:
    """Skip the test, or fail it where everything has to run."""
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def haproxy_program() -> str:
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    return found or lacking("HAProxy is missing; install Debian's package haproxy")


@contextmanager
def serving(name: str, folder: Path, servers: Sequence[str]) -> Iterator[str]:
    """The proxy before the servers, until the block ends: its address, HOST:PORT."""
    address = free_address()
    try:
        with _proxy(name, folder, address, servers):
            _wait(address)
            yield address
    except NginxMissing as error:
        lacking(str(error))


def free_address() -> str:
    """An address at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def _proxy(name: str, folder: Path, address: str, servers: Sequence[str]) -> AbstractContextManager[object]:
    return nginx(folder, address, servers) if name == "nginx" else _haproxy(folder, address, servers)


@contextmanager
def _haproxy(folder: Path, address: str, servers: Sequence[str]) -> Iterator[None]:
    text = HAPROXY.read_text().replace("bind :80", f"bind {address}")
    lines = "".join(f"    server server{number} {each}\n" for number, each in enumerate(servers))
    (folder / "haproxy.cfg").write_text(re.sub(r"(?:    server .*\n)+", lines, text))
    command = [haproxy_program(), "-db", "-f", str(folder / "haproxy.cfg")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def _wait(address: str) -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection((host, int(port))).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
