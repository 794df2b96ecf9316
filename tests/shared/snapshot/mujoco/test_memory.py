"""The memory of an `MjData` is found where MuJoCo's own description of it says, and filled completely."""

import ctypes
from typing import Any

import numpy as np
import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.mujoco import memory
from shared.snapshot.mujoco.memory import DataMemory, property_names
from tests.shared.snapshot.mujoco.models import CROWDED, FALLING, STILL, model_of, simulated

mujoco = pytest.importorskip("mujoco")


def arrays(owner: Any) -> dict[str, Any]:
    shown = {name: getattr(owner, name) for name in property_names(owner.__class__)}
    return {name: value for name, value in shown.items() if isinstance(value, np.ndarray)}


def test_the_pointers_that_are_found_are_those_that_mujoco_describes() -> None:
    """Its description takes a second to import, so that it is only read here."""
    structs = pytest.importorskip("mujoco.introspect.structs")
    described = [field.name for field in structs.STRUCTS["mjData"].fields if "*" in str(field.type)]
    assert described[:3] == ["buffer", "arena", "qpos"]
    data = simulated(200)
    found = DataMemory(data)
    assert len(found._pointers) == len(described) - 2
    pointers = dict(zip(described[2:], found._pointers.tolist(), strict=True))
    shown = {name: array for name, array in {**arrays(data), "contact": data.contact.dist}.items() if array.size}
    told = {name: shown[name].ctypes.data for name, pointer in pointers.items() if name in shown and pointer}
    assert len(told) > 100
    assert told == {name: pointers[name] for name in told}


def test_a_filled_arena_shows_every_array_and_contact() -> None:
    model = model_of()
    data = simulated(200, model)
    assert data.ncon > 3
    made = mujoco.MjData(model)
    for name in property_names(data.__class__):
        if name not in ("_address", "signature") and isinstance(getattr(data, name), int | float):
            setattr(made, name, getattr(data, name))
    source, target = DataMemory(data), DataMemory(made)
    target.buffer[:] = source.buffer
    target.fill_arena(*source.arena())
    target.inline[0][:] = source.inline[0]
    assert [name for name in arrays(data) if name.startswith("efc") and getattr(data, name).size]
    for name, value in {**arrays(data.contact), **arrays(data)}.items():
        if not name.startswith("solver") and name not in memory._unwritten(model):
            assert np.array_equal(value, {**arrays(made.contact), **arrays(made)}[name], equal_nan=True), name
    force, again = np.zeros(6), np.zeros(6)
    mujoco.mj_contactForce(model, data, 0, force)
    mujoco.mj_contactForce(model, made, 0, again)
    assert force.any()
    assert np.array_equal(force, again)


@pytest.mark.parametrize("jacobian", ["DENSE", "SPARSE"])
@pytest.mark.parametrize("solver", ["PGS", "CG", "NEWTON"])
@pytest.mark.parametrize("text", [FALLING, CROWDED], ids=["falling", "crowded"])
def test_bytes_that_nothing_has_written_are_not_read(text: str, solver: str, jacobian: str) -> None:
    """Two simulations alike have arenas alike after every step, whatever lay in the memory before."""
    model = model_of(text)
    model.opt.jacobian = int(getattr(mujoco.mjtJacobian, f"mjJAC_{jacobian}"))
    model.opt.solver = int(getattr(mujoco.mjtSolver, f"mjSOL_{solver}"))
    pair = [mujoco.MjData(model) for _ in range(2)]
    for step in range(60):
        arenas = []
        for data, filling in zip(pair, (0xAA, 0x55), strict=True):
            ctypes.memset(DataMemory(data)._arena, filling, data.narena)
            mujoco.mj_step(model, data)
            arenas.append(DataMemory(data).arena())
        assert arenas[0] == arenas[1], step
    assert pair[0].ncon
    assert pair[0].nefc


def test_an_arena_of_another_model_is_refused() -> None:
    data = simulated(200)
    leading, content = DataMemory(data).arena()
    fresh = simulated(0)
    fresh.parena = len(content)
    for broken in ((leading, content[:-1]), ({10_000: 0}, content), ({5: len(content)}, content)):
        with pytest.raises(ValueError, match=r"of another model"):
            DataMemory(fresh).fill_arena(*broken)
    fresh.parena = fresh.narena + 1
    with pytest.raises(ValueError, match=r"of another model"):
        DataMemory(fresh).fill_arena({}, b"\0" * (fresh.narena + 1))


def test_a_model_without_a_joint_is_refused() -> None:
    with pytest.raises(NotPlain, match=r"without a joint"):
        DataMemory(mujoco.MjData(model_of(STILL)))


def test_a_layout_that_is_not_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = simulated(200)
    layout = memory._layouts[type(data)] if type(data) in memory._layouts else memory._layout(data)
    monkeypatch.setitem(memory._layouts, type(data), layout._replace(offset=layout.offset - 8))
    with pytest.raises(NotPlain, match=r"not laid out"):
        DataMemory(data)
    monkeypatch.setitem(memory._layouts, type(data), layout._replace(pointers=50))
    with pytest.raises(NotPlain, match=r"not laid out"):
        DataMemory(data).arena()
