"""The local server serves every endpoint that is deployed, and nothing is declared twice."""

from collections import Counter
from pathlib import Path

from functions import local

FOLDER = Path(local.__file__).parent
PROGRAMS = {
    "__init__",
    "backup",
    "bounded_http",
    "bounded_websocket",
    "front",
    "local",
    "retry",
    "serve",
    "sweep",
    "transfer",
    "unread",
}
"""Files without endpoints: what serves them, and what a schedule or an operator calls."""


def test_every_file_with_endpoints_is_served() -> None:
    served = {module.__name__.partition(".")[2] for module in (*local.MODULES, *local.LOCAL_MODULES)}
    assert served == {path.stem for path in FOLDER.glob("*.py")} - PROGRAMS


def test_no_operation_is_declared_by_two_files() -> None:
    modules = (*local.MODULES, *local.LOCAL_MODULES)
    declared = Counter((each.method, each.path) for module in modules for each in module.router.endpoints)
    assert {operation for operation, times in declared.items() if times > 1} == set()
    assert len(declared) > 40


def test_the_pages_come_from_the_checkout() -> None:
    assert (local.PAGES / "index.html").is_file()
