"""The memory of an `MjData` beyond what its bindings let anyone set: its buffer, its arena, the pointers into it.

The arena holds the contacts, constraints and islands that the last pass has left. Every pass fills it anew, so the
next step does not depend on it. But an environment may read its contacts before it steps, and a frame may show
them. The bindings show these arrays and let nobody make them: they lie where pointers in the `mjData` say, which
only MuJoCo sets. So those pointers are set here. Where they lie is found by the addresses that the bindings tell,
and checked against these before anything is written.
"""

import ctypes
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.codec.plain import NotPlain

PRIVATE_NAMES = ("mujoco:MjData._address",)
"""What this module reads of other packages that is not part of their API."""

_WORD = 8
_FARTHEST_BYTES = 1 << 19
"""The pointers come after the statistics of the solver, which take 160 KB in MuJoCo 4."""
_AT_ONCE = 64
"""Words that are searched at once: fewer than there are pointers, so that none outside of the `mjData` is read."""

_ONLY_SPARSE = frozenset({"efc_J_rownnz", "efc_J_rowadr", "efc_J_rowsuper", "efc_J_colind"})
_ONLY_PRIMAL = frozenset(
    {"iacc", "iacc_smooth", "ifrc_smooth", "ifrc_constraint", "iefc_aref", "iefc_force", "iefc_state"}
)
"""Arrays for which a pass reserves room that it leaves as it was: in a model with a dense Jacobian those that
describe a sparse one, and under the solver PGS those that the primal solvers, CG and Newton, use for islands."""

_UNKNOWN = "the memory of this MjData is not laid out as in MuJoCo 4"


class _Layout(NamedTuple):
    """Where the pointers lie in each `mjData` of the installed MuJoCo."""

    offset: int
    """Bytes before the pointer to the buffer. Those to the arena and to the arrays follow it."""
    pointers: int
    """Pointers to arrays, of which the first leads to the positions, at the buffer's beginning."""
    inline: tuple[str, ...]
    """Arrays that stand in the `mjData` itself."""
    elsewhere: tuple[str, ...]
    """Arrays that stand neither there nor in the buffer, as far as the first `MjData` told: the arena's."""


_layouts: dict[type, _Layout] = {}


class DataMemory:
    """The memory of one `MjData`."""

    def __init__(self, data: Any) -> None:
        """Find it.

        Raises:
            NotPlain: It is not where this module knows it to be.
        """
        if not data.qpos.size:
            raise NotPlain("an MjData of a model without a joint has no state")
        layout = _layouts[type(data)] = _layouts.get(type(data)) or _layout(data)
        buffer, self._arena = _words(data._address + layout.offset, 2).tolist()
        self._pointers = _words(data._address + layout.offset + 2 * _WORD, layout.pointers)
        if not buffer == self._pointers[0] == data.qpos.ctypes.data:
            raise NotPlain(_UNKNOWN)
        self.buffer = np.ctypeslib.as_array((ctypes.c_uint8 * data.nbuffer).from_address(buffer))
        """Every array of a fixed size, with the gaps between them; it can be written."""
        self.inline = [getattr(data, name) for name in layout.inline]
        """Arrays that stand beside the buffer, such as the energies; they can be written."""
        self._data = data

    def arena(self) -> tuple[dict[int, int], bytes]:
        """By their number the pointers that lead into the arena, each as an offset, and what they lead to.

        Raises:
            NotPlain: The bindings show an array in the arena to which none of the pointers leads.
        """
        used = self._data.parena
        offsets = self._pointers - np.uint64(self._arena)  # of one that leads elsewhere it is large
        numbers = np.flatnonzero(offsets < used)
        leading = dict(zip(numbers.tolist(), offsets[numbers].tolist(), strict=True))
        sizes = self._sizes(used)
        if not sizes.keys() <= set(leading.values()):
            raise NotPlain(_UNKNOWN)
        content = bytearray(used)  # between two arrays may lie a few bytes that nothing has written
        starts = sorted(set(leading.values()))
        for start, end in zip(starts, [*starts, used][1:], strict=True):
            size = sizes.get(start, end - start)
            content[start : start + size] = ctypes.string_at(self._arena + start, size)
        self._clear_gaps(content)
        return leading, bytes(content)

    def fill_arena(self, leading: dict[int, int], content: bytes) -> None:
        """Fill the empty arena of a new `MjData`, whose numbers have been set, `parena` among them.

        Raises:
            ValueError: What was read came from another model.
        """
        numbers, places = range(self._pointers.size), range(min(len(content), self._data.narena))
        known = all(number in numbers and at in places for number, at in leading.items())
        if not known or len(content) != self._data.parena or len(content) > self._data.narena:
            raise ValueError("the contacts and constraints are those of another model")
        ctypes.memmove(self._arena, content, len(content))
        for number, at in leading.items():
            self._pointers[number] = self._arena + at

    def place_in_arena(self, array: NDArray[Any]) -> range:
        """The bytes of the arena in which an array lies that the bindings show there."""
        start = _address(array) - self._arena
        return range(start, start + array.nbytes)

    def _sizes(self, used: int) -> dict[int, int]:
        """Bytes written in each array that the bindings show in the arena, by its offset; contacts are none."""
        unwritten = _unwritten(self._data.model)
        shown = ((name, getattr(self._data, name)) for name in _layouts[type(self._data)].elsewhere)
        placed = (
            (_address(array) - self._arena, 0 if name in unwritten else array.nbytes)
            for name, array in shown
            if array.size
        )
        return {at: size for at, size in placed if 0 <= at < used}

    def _clear_gaps(self, content: bytearray) -> None:
        """Clear the bytes at the end of each contact that belong to none of its fields."""
        if not self._data.ncon:
            return
        contacts = self._data.contact
        fields = [getattr(contacts, name) for name in property_names(contacts.__class__)]
        begin, size = _address(contacts.dist), contacts.dist.strides[0]  # the distance comes first
        end = max(_address(field) - begin + field[0].nbytes for field in fields)
        start = begin - self._arena
        whole = np.frombuffer(content, np.uint8)[start : start + self._data.ncon * size]
        whole.reshape(-1, size)[:, end:] = 0


def _unwritten(model: Any) -> frozenset[str]:
    """The arrays in the arena that hold whatever was there before: a state may not depend on it."""
    import mujoco

    dense = frozenset() if mujoco.mj_isSparse(model) else _ONLY_SPARSE
    return dense | _ONLY_PRIMAL if model.opt.solver == mujoco.mjtSolver.mjSOL_PGS else dense


@cache
def property_names(kind: type) -> tuple[str, ...]:
    """The names under which a class of MuJoCo's bindings shows fields and arrays."""
    return tuple(name for name, member in vars(kind).items() if isinstance(member, property))


def _arrays(data: Any) -> dict[str, NDArray[Any]]:
    shown = ((name, getattr(data, name)) for name in property_names(data.__class__))
    return {name: value for name, value in shown if isinstance(value, np.ndarray)}


def _layout(data: Any) -> _Layout:
    """Search an `mjData` for the pointers: to its buffer, to its arena, and to the positions."""
    positions = data.qpos.ctypes.data
    for start in range(0, _FARTHEST_BYTES, _AT_ONCE * _WORD):
        found = np.flatnonzero(_words(data._address + start, _AT_ONCE) == positions)
        if found.size:
            break
    else:
        raise NotPlain(_UNKNOWN)
    offset = start + _WORD * int(found[0])
    beside = range(data._address, data._address + offset)
    arrays = _arrays(data)
    buffer = range(positions, positions + data.nbuffer)
    inline = tuple(name for name, array in arrays.items() if array.size and _address(array) in beside)
    inside = {name for name, array in arrays.items() if array.size and _address(array) in buffer}
    elsewhere = tuple(name for name in arrays if name not in inside and name not in inline)
    return _Layout(offset, len(arrays) - len(inline) + 1, inline, elsewhere)  # and a pointer to the contacts


def _address(array: NDArray[Any]) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _words(address: int, count: int) -> NDArray[np.uint64]:
    return np.ctypeslib.as_array((ctypes.c_uint64 * count).from_address(address))
