"""nginx with the configuration of this folder, before servers of this machine, as long as a program needs it."""

import getpass
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = Path(__file__).parent / "nginx.conf"

_SERVERS = re.compile(r"^( +server )[\d.]+:\d+(.*\n)(?: +server [\d.]+:.*\n)*", re.MULTILINE)
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class NginxMissing(Exception):
    """It is not installed. The text says how to install it."""


def nginx_program() -> str:
    """Where the program is.

    Raises:
        NginxMissing: it is not installed.
    """
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NginxMissing(
            "nginx is missing; install it by `apt install nginx-light` (Debian, Ubuntu), `dnf install nginx` or "
            "`brew install nginx`."
        )
    return found


@contextmanager
def nginx(folder: Path, address: str, servers: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Serve at `address` (`HOST:PORT`) from `servers` (each `HOST:PORT`) until the block ends.

    What nginx writes, its log too, goes into `folder`.

    Raises:
        NginxMissing: it is not installed.
    """
    program = nginx_program()
    (folder / "gym.conf").write_text(before(CONFIGURATION.read_text(), address, servers))
    (folder / "nginx.conf").write_text(_main(folder))
    # Its own default log may be in a folder of root's.
    log = str(folder / "error.log")
    command = [program, "-e", log, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.terminate()


def before(configuration: str, address: str, servers: Sequence[str]) -> str:
    """The configuration with an address and servers in the places of its own."""
    configuration = configuration.replace("listen 80;", f"listen {address};")
    return _SERVERS.sub(lambda own: "".join(f"{own[1]}{each}{own[2]}" for each in servers), configuration, count=1)


def _main(folder: Path) -> str:
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in _TEMPORARY)
    return f"""daemon off;
user {getpass.getuser()};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
{temporary}
access_log off;
include {folder}/gym.conf;
}}
"""
