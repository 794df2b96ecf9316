"""Graphs that earlier releases wrote are still read, however the modules of this project have moved since.

`files/make.py` wrote them: `by_module.graph` when graphs named this project's modules, `by_name.graph` since.
"""

from pathlib import Path
from typing import Any

import pytest

from shared.codec import plain
from shared.snapshot.contract.calls import Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.make import make
from shared.snapshot.versions.distributions import is_own, version_here

pytest.importorskip("pygame")

from tests.shared.snapshot.graph.files.chest import RECIPE, played

FILES = Path(__file__).parent / "files"


def stored(name: str) -> bytes:
    """The file's graph as if written with the libraries installed here. The versions of this project stay."""
    versions, *rest = plain.loads((FILES / name).read_bytes())
    return plain.dumps(
        [{each: was if is_own(each) else version_here(each) for each, was in versions.items()}, *rest]
    )


def restored(body: bytes) -> Subject:
    subject = OBJECT_GRAPH.adopt(make(RECIPE), RECIPE)
    subject.restore(body)
    return subject


@pytest.mark.parametrize("name", ["by_module.graph", "by_name.graph"])
def test_a_stored_graph_continues_as_one_that_was_never_interrupted(name: str) -> None:
    def answers(subject: Subject) -> list[Any]:
        return [digest(subject.apply(Step(action))) for action in (1, 2, 1, 0, 2, 2)]

    assert answers(restored(stored(name))) == answers(played())


def test_a_graph_read_from_an_earlier_form_is_written_in_todays() -> None:
    assert restored(stored("by_module.graph")).capture() == played().capture()


def test_no_graph_depends_on_the_text_or_the_version_of_this_projects_code() -> None:
    """Else a comment, or a release, would strand every environment that is stored."""
    versions, classes, *_ = plain.loads(played().capture())
    assert not [name for name in versions if is_own(name)]
    assert classes[0] == "SameStepAutoreset"
