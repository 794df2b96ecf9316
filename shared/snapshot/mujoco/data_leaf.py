"""The leaf for `mujoco.MjData`: all that MuJoCo keeps between two calls, wherever in an environment it stands.

The mechanism for Gymnasium's own environments carries less, since it is known what those read. Of others nothing
is known, so this carries the contacts too, the constraints and the counters. Left out is what MuJoCo tells of its
own work: `timer`, which is wall-clock time, and `solver`, the steps of the last iterations. Two large matrices are
left to it to compute again (`projection.py`).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt
from shared.snapshot.mujoco.memory import DataMemory, property_names
from shared.snapshot.mujoco.projection import project, without_projection

_OF_THE_MODEL = frozenset({"_address", "signature", "narena", "nbuffer", "nplugin", "threadpool"})
"""Numbers that a new `MjData` of the same model has already, or that are no state."""


class DataLeaf:
    """`MjData` by its memory. Its model stands beside it in the graph."""

    type = "mujoco._structs.MjData"
    subclasses = False

    def parts(self, data: Any) -> tuple[Any, ...]:
        """Its `MjModel`."""
        return (data.model,)

    def to_bytes(self, data: Any) -> bytes:
        """The numbers, the buffer and the arena.

        Raises:
            NotPlain: It has a plugin, threads or no joints, or MuJoCo calls a function of somebody's.
        """
        _check(data)
        memory = DataMemory(data)
        leading, content = memory.arena()
        smaller = without_projection(data, memory, content)
        parts = [
            [getattr(data, name) for name in _numbers(data)],
            [array.tobytes() for array in memory.inline],
            [[each.lastinfo, each.number] for each in _warnings(data)],
            memory.buffer.tobytes(),
            leading,
            content if smaller is None else smaller,
        ]
        return plain.dumps(parts if smaller is None else [*parts, _PROJECTED])

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        """A new `MjData` of the model, filled.

        Raises:
            ValueError: The bytes are those of another model's.
        """
        import mujoco

        data = mujoco.MjData(*parts)
        memory, names = DataMemory(data), _numbers(data)
        try:
            match plain.loads(body):
                case [
                    list(numbers),
                    list(inline),
                    list(warnings),
                    bytes(buffer),
                    dict(leading),
                    bytes(content),
                    *projected,
                ] if (len(numbers), len(inline), len(buffer)) == (len(names), len(memory.inline), data.nbuffer):
                    pass
                case _:
                    raise ValueError("the bytes are not an MjData of this model")
        except SnapshotCorrupt as error:
            raise ValueError(error.detail) from error
        for name, number in zip(names, numbers, strict=True):
            setattr(data, name, number)
        memory.fill_arena(leading, content)
        for array, stored in zip((memory.buffer, *memory.inline), (buffer, *inline), strict=True):
            array.view("u1")[:] = memoryview(stored)
        if projected == [_PROJECTED]:
            project(data)
        elif projected:
            raise ValueError("the bytes are of a form that is not known here")
        for warning, (info, number) in zip(_warnings(data), warnings, strict=True):
            warning.lastinfo, warning.number = info, number
        return data


_PROJECTED = "projected"
"""Stands at the end of a state whose matrices are to be computed again."""

_numbers_of: dict[type, tuple[str, ...]] = {}


def _numbers(data: Any) -> tuple[str, ...]:
    """The names of the numbers of an `MjData`, such as its time and how many contacts it has."""
    kind = data.__class__
    if kind not in _numbers_of:
        names = (name for name in property_names(kind) if name not in _OF_THE_MODEL)
        _numbers_of[kind] = tuple(name for name in names if isinstance(getattr(data, name), int | float))
    return _numbers_of[kind]


def _warnings(data: Any) -> list[Any]:
    return [data.warning[number] for number in range(len(data.warning))]


def _check(data: Any) -> None:
    """Refuse what keeps state elsewhere.

    Raises:
        NotPlain: Something does.
    """
    if data.nplugin:
        raise NotPlain("the model of an MjData has a plugin, which keeps memory of its own")
    if data.threadpool or data.pstack:
        raise NotPlain("an MjData has threads or is in the middle of a pass")
    set_by = next((name for name, callback in _callbacks() if callback() is not None), None)
    if set_by is not None:
        raise NotPlain(f"MuJoCo calls a function that was given to {set_by}")


@cache
def _callbacks() -> list[tuple[str, Callable[[], Any]]]:
    """What tells the functions that MuJoCo calls, in every `MjData` of the process."""
    import mujoco

    names = (name for name in vars(mujoco) if name.startswith("get_mjcb_"))
    return [(name.replace("get", "set", 1), getattr(mujoco, name)) for name in names]


DATA = DataLeaf()
