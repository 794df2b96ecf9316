"""Serve a class: a key and a quota for each student, and a teacher who watches everyone."""

import argparse
import os
import socket
import sys
from difflib import get_close_matches
from pathlib import Path

from functions.serve import serve
from infra.classroom.keys import TEACHER, kept_keys
from infra.classroom.links import links, page
from shared import settings
from shared.errors import Misconfigured, StoreFailed
from shared.session.catalog.catalog import catalog
from shared.snapshot.making.make import register_environments

_KEYS = Path(".gym-http/class.json")
_PAGE = Path(".gym-http/class.html")

_MOST_ENVS = 20
_EVERYWHERE = ("0.0.0.0", "::")

# An address of RFC 5737, which belongs to nobody.
_ELSEWHERE = ("192.0.2.1", 9)


def main() -> None:
    """Make the keys, print the links, and serve on the host and port."""
    parser = argparse.ArgumentParser(prog="python -m infra.classroom.run", description=main.__doc__)
    parser.add_argument("--students", type=int, required=True)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--url", help="the service's address for students, if it is not this machine's")
    parser.add_argument("--lesson", default="", help="an environment's id, and &hide= with what the page hides")
    given = parser.parse_args()
    try:
        check_lesson(given.lesson, settings.read().env_modules)
        keys = kept_keys(_KEYS, given.students)
        os.environ |= {
            "GYM_HTTP_API_KEYS": ",".join(f"{name}:{key}" for name, key in keys.items()),
            "GYM_HTTP_TEACHERS": TEACHER,
            "GYM_HTTP_MAX_ENVS": os.environ.get("GYM_HTTP_MAX_ENVS", str(_MOST_ENVS)),
        }
        found = links(given.url or _address(given.host, given.port), keys, given.lesson)
        _PAGE.touch(mode=0o600)
        _PAGE.write_text(page(found))
        print("\n".join(f"{name}  {link}" for name, link in found.items()))
        print(f"Print {_PAGE} for the class. Each name may have {os.environ['GYM_HTTP_MAX_ENVS']} environments.")
        sys.stdout.flush()
        sys.exit(serve(given.host, given.port))
    except (Misconfigured, StoreFailed, ValueError) as error:
        sys.exit(str(error))


def check_lesson(lesson: str, modules: tuple[str, ...]) -> None:
    """Refuse a lesson that every student's page would refuse.

    Raises:
        ValueError: its environment is not in the catalogue.
    """
    register_environments(modules)
    env_id = lesson.partition("&")[0]
    known = [entry["env_id"] for entry in catalog()]
    if env_id and env_id not in known:
        near = get_close_matches(env_id, known, n=1, cutoff=0)
        raise ValueError(f"There is no environment {env_id!r} for LESSON to name; did you mean {near[0]}?")


def _address(host: str, port: int) -> str:
    """The service's address, as other machines of the network reach it."""
    if host in _EVERYWHERE:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                # Nothing is sent; the system only says from which address it would be.
                probe.connect(_ELSEWHERE)
                host = probe.getsockname()[0]
            except OSError:
                host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


if __name__ == "__main__":
    main()
