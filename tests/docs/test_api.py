"""The API's page has every endpoint and every problem."""

import re

from functions import legacy, local
from shared.web.protocol import problems
from shared.web.protocol.problems import PROBLEMS, ProblemKind
from tests.docs.pages import PAGES

API = PAGES["docs/api.md"].text
KINDS = {*PROBLEMS.values(), *(each for each in vars(problems).values() if isinstance(each, ProblemKind))}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under the heading."""
    section = API.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_endpoint_stands_in_the_table() -> None:
    told = {call for row in rows("Endpoints") for call in re.findall(r"`([A-Z]+ [^`]+)`", row[0])}
    there = {
        f"{endpoint.method} {endpoint.path.replace('{instance_id}', '{id}')}"
        for module in (*local.MODULES, *local.LOCAL_MODULES)
        if module is not legacy  # the old dialect's clients know its paths
        for endpoint in module.router.endpoints
    }
    assert told == there


def test_every_problem_stands_in_the_table_with_its_status() -> None:
    told = {(name, int(row[1])) for row in rows("Errors") for name in re.findall(r"`([a-z-]+)`", row[0])}
    assert told == {(kind.name, kind.status.value) for kind in KINDS}
