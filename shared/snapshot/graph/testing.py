"""The contract suite of native leaves, for the tests of a package that registers one. Needs pytest.

class TestWorldLeaf(NativeLeafContract):
leaf = WORLD

def examples(self) -> Sequence[Callable[[], Any]]:
return [fastsim.World, a_world_after_ten_steps]

def observed(self, world: Any) -> Any:
return [world.step() for _ in range(10)]
"""

import importlib
import itertools
import os
import pickle
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from shared.snapshot.contract.digest import digest
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.leaf import NativeLeaf, OriginalLeaf
from shared.snapshot.graph.leaves import leaf_for, leaf_named
from shared.snapshot.graph.native_base import class_name
from shared.snapshot.graph.pickler import GraphPickler, GraphUnpickler

Graph = tuple[bytes, list[bytes]]


class NativeLeafContract(ABC):
    """What every leaf must do. A subclass names the leaf and gives examples; pytest collects it as `Test...`."""

    leaf: NativeLeaf

    @abstractmethod
    def examples(self) -> Sequence[Callable[[], Any]]:
        """Functions that make an instance each, in states that differ; one gives the same state every time."""

    @abstractmethod
    def observed(self, instance: Any) -> Any:
        """Plain data: what the instance answers to a series of calls, which may change it."""

    def test_the_leaf_is_registered_for_the_type_of_its_examples(self) -> None:
        """In the group `gym_http.native_leaves`, under the name of the type."""
        assert leaf_named(self.leaf.type) is self.leaf
        for make in self.examples():
            assert leaf_for(type(make())) is self.leaf

    def test_equal_states_give_equal_bytes_and_different_states_different_ones(self) -> None:
        """The service tells by the bytes whether a call has changed anything."""
        examples = self.examples()
        written = [graph_of(make()) for make in examples]
        assert written == [graph_of(make()) for make in examples]
        assert len({pickle.dumps(graph) for graph in written}) == len(examples)

    def test_to_bytes_leaves_the_instance_as_it_is(self) -> None:
        """A capture comes between any two calls."""
        for make in self.examples():
            captured = make()
            graph_of(captured)
            assert digest(self.observed(captured)) == digest(self.observed(make()))

    def test_a_restored_instance_gives_the_same_bytes_and_answers(self) -> None:
        """In this process, and again after a second restore."""
        for make in self.examples():
            graph = graph_of(make())
            once = restored(graph)
            assert class_name(type(once)) == class_name(type(make()))
            assert graph_of(once) == graph
            assert digest(self.observed(restored(graph_of(once)))) == digest(self.observed(make()))

    def test_a_restored_instance_shares_nothing_with_the_first(self) -> None:
        """Forks of one snapshot go their own ways."""
        for make in self.examples():
            first = make()
            graph = graph_of(first)
            second = restored(graph)
            self.observed(first)
            assert graph_of(second) == graph

    def test_an_instance_restored_in_a_fresh_process_answers_the_same(self) -> None:
        """Under another hash seed, where nothing of this process is left."""
        graphs = [graph_of(make()) for make in self.examples()]
        expected = [digest(self.observed(make())) for make in self.examples()]
        suite = type(self)
        answer = subprocess.run(
            [sys.executable, "-m", __name__, suite.__module__, suite.__qualname__],
            input=pickle.dumps(graphs),
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "271828", "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
        )
        assert answer.stdout.decode().split() == expected

    def test_bytes_that_are_cut_short_or_too_long_are_refused(self) -> None:
        """With ValueError, before an instance in some other state gets out."""
        for make in self.examples():
            instance = make()
            body, parts = self.leaf.to_bytes(instance), self.leaf.parts(instance)
            for broken in {body[:-1], body + b"\0"} - {body}:
                with pytest.raises(ValueError):  # noqa: PT011  # the text is the leaf's own
                    self.leaf.from_bytes(broken, parts)


class OriginalLeafContract(NativeLeafContract):
    """What a leaf with originals must do besides. The examples are all alike but for what calls may change."""

    leaf: OriginalLeaf

    def test_equal_copies_have_equal_digests_and_different_ones_different_ones(self) -> None:
        """Another process knows by the digest whether its own original is the same."""
        made = [self.leaf.keep(make()) for make in (*self.examples(), *self.examples())]
        digests = [self.leaf.digest(kept) for kept in made]
        assert digests[: len(digests) // 2] == digests[len(digests) // 2 :]
        assert len(set(digests)) == len(self.examples())

    def test_an_instance_is_made_of_any_original_and_the_difference(self) -> None:
        """New, and out of a spare in any state."""
        for first, make, other in itertools.product(self.examples(), repeat=3):
            kept = self.leaf.keep(first())
            difference = self.leaf.difference(kept, make())
            assert difference is not None
            assert (difference == b"") is (first is make)
            differs = self.leaf.difference(kept, other())
            spares = [(), (other(),), (other(), differs)]
            for made in (self.leaf.again(kept, difference, *spare) for spare in spares):
                assert self.leaf.to_bytes(made) == self.leaf.to_bytes(make())
                assert digest(self.observed(made)) == digest(self.observed(make()))
            assert self.leaf.difference(kept, first()) == b""

    def test_a_difference_that_was_cut_short_is_refused(self) -> None:
        """With ValueError, before an instance in some other state gets out."""
        first, *others = (make() for make in self.examples())
        kept = self.leaf.keep(first)
        for other in others:
            difference = self.leaf.difference(kept, other)
            assert difference
            with pytest.raises(ValueError):  # noqa: PT011  # the text is the leaf's own
                self.leaf.again(kept, difference[:-1])


def graph_of(instance: Any) -> Graph:
    """The instance as a graph of its own, and the large buffers beside it."""
    graph, buffers = GraphPickler(_without_originals()).written(instance)
    return graph, [buffer.raw().tobytes() for buffer in buffers]


def restored(graph: Graph) -> Any:
    """The instance again. The graph must be this process's own."""
    return GraphUnpickler(graph[0], _without_originals(), graph[1]).load()


def _without_originals() -> Constants:
    constants = Constants()
    constants.complete = True
    return constants


def main(module: str, name: str) -> None:
    """Restore the graphs on standard input, and print a digest of what each instance answers."""
    suite = getattr(importlib.import_module(module), name)()
    for graph in pickle.load(sys.stdin.buffer):
        print(digest(suite.observed(restored(graph))))


if __name__ == "__main__":
    main(*sys.argv[1:])
