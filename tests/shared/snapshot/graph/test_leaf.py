"""A leaf is any object with the protocol's names: it needs no base class and imports nothing of this project."""

from typing import Any

import pytest

from shared.errors import SnapshotCorrupt
from shared.snapshot.graph.leaf import NativeLeaf
from shared.snapshot.graph.testing import graph_of, restored
from shared.snapshot.pygame.leaves import ClockLeaf, SurfaceLeaf
from tests.shared.snapshot.graph.conftest import Register


class Tally:
    """Stands for a native object, whose state no attribute shows."""

    def __init__(self, owner: Any = None, count: int = 0) -> None:
        self.owner, self.count = owner, count


class TallyLeaf:
    type = f"{__name__}.Tally"
    subclasses = True

    def parts(self, instance: Any) -> tuple[Any, ...]:
        return (instance.owner,)

    def to_bytes(self, instance: Any) -> bytes:
        return b"%d" % instance.count

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        return Tally(parts[0], int(body))


class ForgetfulLeaf(TallyLeaf):
    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        return Tally(parts[0])


TALLY = TallyLeaf()
FORGETFUL = ForgetfulLeaf()


def test_what_a_leaf_calls_its_parts_stays_shared_with_the_rest_of_the_graph(register: Register) -> None:
    register("tally", **{TALLY.type: f"{__name__}:TALLY"})
    owner = ["an owner"]
    found_owner, found = restored(graph_of([owner, Tally(owner, 3)]))
    assert found.owner is found_owner
    assert found.count == 3


def test_an_object_that_comes_back_in_another_state_is_refused(register: Register) -> None:
    """`to_bytes` of what `from_bytes` made has to be the bytes that were stored."""
    register("tally", **{TALLY.type: f"{__name__}:FORGETFUL"})
    graph = graph_of(Tally(None, 3))
    with pytest.raises(SnapshotCorrupt, match=r"made an object in another state than the one stored"):
        restored(graph)
    assert restored(graph_of(Tally(None, 0))).count == 0


@pytest.mark.parametrize("leaf", [SurfaceLeaf(), ClockLeaf(), TALLY], ids=lambda leaf: leaf.type)
def test_a_leaf_has_all_that_the_protocol_names(leaf: NativeLeaf) -> None:
    asked = {*NativeLeaf.__annotations__, *(name for name in vars(NativeLeaf) if not name.startswith("_"))}
    assert asked == {"type", "subclasses", "parts", "to_bytes", "from_bytes"}
    assert asked <= set(dir(leaf))
