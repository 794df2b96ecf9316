"""How the page of the API follows references: its own tests, under Node, and what it may rely on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.applications import Api

TESTS = Path(__file__).with_name("references.test.mjs")


def references(value: Any) -> Iterator[str]:
    """All in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_they_are_followed_as_their_own_tests_say(node: str) -> None:
    done = subprocess.run([node, "--test", TESTS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_service_s_document_refers_to_nothing_elsewhere_and_inherits_nothing(local: Api) -> None:
    """Swagger UI's own way would also fetch, and hand what a path has in common to its calls."""
    document = local.get("/openapi.json").json
    found = set(references(document))
    assert len(found) > 50
    assert all(each.startswith("#/") for each in found)
    assert not {"security", "servers"} & document.keys()
    methods = {name for path in document["paths"].values() for name in path}
    assert methods <= {"get", "post", "put", "patch", "delete"}
