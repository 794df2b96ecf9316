"""A local server of Azure Blob Storage's API: Microsoft's azurite from npm, for tests."""

import base64
import contextlib
import hashlib
import hmac
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

PACKAGES = Path(__file__).parent / "node_modules"
"""Where `npm ci` in this folder installs it.

Its telemetry is off, so the override in `package.json` takes a small release of the library for that: the newest
brings 40,000 files.
"""

# Public: "Use the Azurite emulator for local Azure Storage development".
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_API_VERSION = "2021-08-06"
_READY_S = 60.0


@dataclass(frozen=True)
class Azurite:
    """A running server at `endpoint` (`http://127.0.0.1:PORT/ACCOUNT`)."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which the store finds this server."""
        return {
            "AZURE_STORAGE_ENDPOINT": self.endpoint,
            "AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": _KEY,
        }

    def create_container(self, name: str) -> str:
        """Create the container, and return its name; a request signed as "Authorize with Shared Key" says."""
        date = formatdate(usegmt=True)
        signed = (
            f"PUT{12 * chr(10)}x-ms-date:{date}\nx-ms-version:{_API_VERSION}\n"
            f"/{_ACCOUNT}/{_ACCOUNT}/{name}\nrestype:container"
        )
        signature = hmac.digest(base64.b64decode(_KEY), signed.encode(), hashlib.sha256)
        request = urllib.request.Request(
            f"{self.endpoint}/{name}?restype=container",
            method="PUT",
            headers={
                "x-ms-date": date,
                "x-ms-version": _API_VERSION,
                "Authorization": f"SharedKey {_ACCOUNT}:{base64.b64encode(signature).decode()}",
                "Content-Length": "0",
            },
        )
        urllib.request.urlopen(request, timeout=30).close()
        return name


@contextlib.contextmanager
def azurite(directory: Path) -> Iterator[Azurite]:
    """Run a server on a free port of 127.0.0.1 that keeps its data in `directory`.

    Raises:
        RuntimeError: node or the package is missing, or the server did not start.
    """
    node, program = shutil.which("node"), PACKAGES / "azurite" / "dist" / "src" / "blob" / "main.js"
    if node is None or not program.exists():
        raise RuntimeError("azurite is not installed: run `npm ci --prefix infra/azurite`; it needs node.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(directory)]
    process = subprocess.Popen(
        [node, str(program), *where, "--silent", "--disableTelemetry", "--skipApiVersionCheck"],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield Azurite(f"http://127.0.0.1:{port}/{_ACCOUNT}")
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"azurite did not start within {_READY_S:.0f} s, or ended with {process.poll()}.")
