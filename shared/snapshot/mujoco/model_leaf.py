"""The leaf for `mujoco.MjModel`: by what differs from the model that a new environment has, or by all of it.

A model with meshes takes megabytes, and is compiled from files. An environment changes a few numbers of it: where
a door stands, how large a target is, the gravity.
"""

import ctypes
import hashlib
from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt
from shared.snapshot.mujoco.memory import property_names

_WORD = 8
_FILE = "model.mjb"
_GROUPS = ("opt", "vis", "stat")
"""The settings, which stand beside the arrays."""
_PLACES = ("_address", "signature")
"""Numbers that say nothing of a model; a file has no signature."""


class ModelLeaf:
    """`MjModel` by its settings and the one buffer that all of its arrays lie in."""

    type = "mujoco._structs.MjModel"
    subclasses = False

    def parts(self, model: Any) -> tuple[Any, ...]:
        """None."""
        return ()

    def to_bytes(self, model: Any) -> bytes:
        """All of it, as MuJoCo's own binary file.

        Raises:
            NotPlain: It has a plugin.
        """
        import mujoco

        _check(model)
        file = np.zeros(mujoco.mj_sizeModel(model), np.uint8)
        mujoco.mj_saveModel(model, None, file)
        return plain.dumps([file.tobytes()])

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        """A new model, loaded from the file.

        Raises:
            ValueError: The bytes are no such file, or one of another version's.
        """
        import mujoco

        try:
            match plain.loads(body):
                case [bytes(file)] if not parts:
                    return mujoco.MjModel.from_binary_path(_FILE, {_FILE: file})
                case _:
                    raise ValueError("the bytes are not an MjModel")
        except SnapshotCorrupt as error:
            raise ValueError(error.detail) from error

    def keep(self, model: Any) -> "Kept":
        """A copy of the model.

        Raises:
            NotPlain: It has a plugin.
        """
        _check(model)
        return Kept(copy(model), _numbers(model), _settings(model))

    def digest(self, kept: "Kept") -> bytes:
        """Equal for equal models, in any process."""
        found = hashlib.blake2b(plain.dumps([kept.numbers, kept.settings]), digest_size=16)
        for name in property_names(kept.model.__class__):
            value = getattr(kept.model, name)
            if isinstance(value, bytes):
                found.update(value)
            elif isinstance(value, np.ndarray):
                found.update(np.ascontiguousarray(value).data)
        return found.digest()

    def difference(self, kept: "Kept", model: Any) -> bytes | None:
        """What of a model differs from the one kept: settings, and words of the buffer. Empty if nothing does.

        None if a size or a flag differs: `mj_setConst` notes anew which bodies float.
        """
        if _numbers(model) != kept.numbers:
            return None
        settings, words = _settings(model), _words(model)
        changed = np.flatnonzero(_words(kept.model) != words)
        if not changed.size and settings == kept.settings:
            return b""
        set_anew = None if settings == kept.settings else settings
        return plain.dumps([set_anew, changed.astype("<u4").tobytes(), words[changed].tobytes()])

    def again(self, kept: "Kept", difference: bytes, spare: Any = None, differs: bytes | None = None) -> Any:
        """A model like the one kept, but for the difference: a new one, or the spare.

        Raises:
            ValueError: The difference is one from another model.
        """
        model = _like(kept, spare, differs)
        if difference:
            settings, changed, values = _told(difference)
            try:
                _words(model)[changed] = values
            except (IndexError, ValueError) as error:
                raise ValueError(f"this difference is one from another model: {error}") from error
            if settings is not None:
                _set_settings(model, settings)
        return model


class Kept(NamedTuple):
    """A copy of a model, and what is compared of it beside the buffer."""

    model: Any
    numbers: list[int]
    settings: bytes


def _told(difference: bytes) -> tuple[bytes | None, NDArray[np.uint32], NDArray[np.uint64]]:
    """Settings, if they differ, and the places and values of the words that do.

    Raises:
        ValueError: It is no difference of two models.
    """
    try:
        match plain.loads(difference):
            case [bytes() | None as settings, bytes(places), bytes(values)]:
                return settings, np.frombuffer(places, "<u4"), np.frombuffer(values, np.uint64)
    except SnapshotCorrupt as error:
        raise ValueError(error.detail) from error
    raise ValueError("the bytes are not the difference of two models")


def _like(kept: Kept, spare: Any, differs: bytes | None) -> Any:
    """A model like the one kept. Where it is known what differs, the rest need not be looked at."""
    if spare is None or (differs is None and _numbers(spare) != kept.numbers):
        return copy(kept.model)
    if differs is None:
        _words(spare)[:] = _words(kept.model)
        if _settings(spare) != kept.settings:
            _set_settings(spare, kept.settings)
    elif differs:
        settings, changed, _ = _told(differs)
        _words(spare)[changed] = _words(kept.model)[changed]
        if settings is not None:
            _set_settings(spare, kept.settings)
    return spare


def _check(model: Any) -> None:
    if model.nplugin:
        raise NotPlain("an MjModel has a plugin, which keeps memory of its own")
    begin, words = model.qpos0.ctypes.data, model.nbuffer // _WORD
    shown = [getattr(model, name) for name in property_names(model.__class__)]
    ends = [
        array.ctypes.data + array.nbytes for array in shown if isinstance(array, np.ndarray) and _lies_in(array)
    ]
    if not model.nq or not all(begin < end <= begin + words * _WORD for end in ends):
        raise NotPlain("the memory of this MjModel is not laid out as in MuJoCo 4, or it has no joint")


def _lies_in(array: NDArray[Any]) -> bool:
    return bool(array.size and not array.flags.owndata)


def _words(model: Any) -> NDArray[np.uint64]:
    """The buffer, which can be written. It begins with the positions."""
    count = model.nbuffer // _WORD
    return np.ctypeslib.as_array((ctypes.c_uint64 * count).from_address(model.qpos0.ctypes.data))


def _settings(model: Any) -> bytes:
    """All settings, packed: compared as numbers, 0.0 would equal -0.0."""
    return plain.dumps([_values(getattr(model, name)) for name in _GROUPS])


def _numbers(model: Any) -> list[int]:
    """The sizes and flags that MuJoCo has noted when it compiled the model."""
    return [getattr(model, name) for name in _number_names(model)]


_names: dict[type, list[str]] = {}


def _number_names(model: Any) -> list[str]:
    kind = model.__class__
    if kind not in _names:
        shown = (name for name in property_names(kind) if name not in _PLACES)
        _names[kind] = [name for name in shown if isinstance(getattr(model, name), int)]
    return _names[kind]


def _values(group: Any) -> list[Any]:
    """The settings of a group in the order of their names; of a group within it, a list."""
    return [_value(getattr(group, name)) for name in property_names(group.__class__)]


def _value(shown: Any) -> Any:
    if isinstance(shown, np.ndarray):
        return shown.tolist()
    return shown if isinstance(shown, int | float) else _values(shown)


def _set_settings(model: Any, settings: bytes) -> None:
    for name, values in zip(_GROUPS, plain.loads(settings), strict=True):
        _set_values(getattr(model, name), values)


def _set_values(group: Any, values: list[Any]) -> None:
    for name, value in zip(property_names(group.__class__), values, strict=True):
        now = getattr(group, name)
        if isinstance(now, np.ndarray):
            now[:] = value
        elif isinstance(now, int | float):
            setattr(group, name, value)
        else:
            _set_values(now, value)


MODEL = ModelLeaf()
