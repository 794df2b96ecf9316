"""Writing a graph, and telling where in an environment the object is that no graph can hold."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pickle import PickleBuffer
from types import CellType, FunctionType, MethodType
from typing import Any

from shared.codec.plain import NotPlain
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.pickler import GraphPickler


def pickled(pickler: GraphPickler, env: Any, constants: Constants) -> tuple[bytes, list[PickleBuffer]]:
    """The graph's pickle, and the large buffers beside it.

    Raises:
        NotPlain: Something in it cannot be carried. The message begins with the path to it.
    """
    try:
        return pickler.written(env)
    except Exception as error:  # objects are asked how to pickle them, and may raise anything
        raise NotPlain(f"{path_to_culprit(env, constants)}: {error}") from error


def path_to_culprit(env: Any, constants: Constants) -> str:
    """An expression such as `env.env.viewer.font`, which leads to the object that cannot be pickled."""
    path, current = "env", env
    passed: dict[int, Any] = {}
    while True:
        passed[id(current)] = current
        for step, part in _parts(current):
            if id(part) not in passed and _fails(part, constants, passed):
                path, current = path + step, part
                break
        else:
            return path


class _Tester(GraphPickler):
    """Leaves out the objects already on the path, since nearly everything leads back to the environment."""

    passed: Mapping[int, Any]

    def persistent_id(self, instance: Any) -> int | str | bytes | None:
        return 0 if id(instance) in self.passed else super().persistent_id(instance)


def _fails(part: Any, constants: Constants, passed: Mapping[int, Any]) -> bool:
    tester = _Tester(constants)
    tester.passed = passed
    try:
        tester.dump(part)
    except Exception:  # objects are asked how to pickle them, and may raise anything
        return True
    return False


def _parts(whole: Any) -> Iterator[tuple[str, Any]]:
    match whole:
        case Mapping():
            yield from ((f"[{key!r}]", value) for key, value in whole.items())
        case deque() | Sequence() if not isinstance(whole, str | bytes):
            yield from ((f"[{index}]", item) for index, item in enumerate(whole))
        case MethodType():
            yield ".__self__", whole.__self__
        case FunctionType():
            cells = zip(whole.__code__.co_freevars, whole.__closure__ or (), strict=True)
            yield from ((f".<{name}>", cell) for name, cell in cells)
        case CellType() if whole != CellType():
            yield ".cell_contents", whole.cell_contents
    state = object.__getstate__(whole)
    for attributes in state if isinstance(state, tuple) else (state,):
        yield from ((f".{name}", value) for name, value in (attributes or {}).items())
