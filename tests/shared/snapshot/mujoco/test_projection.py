"""The large matrices of constraints are left out of a snapshot where MuJoCo computes the same bits again."""

from typing import Any

import numpy as np
import pytest

from shared.snapshot.mujoco import projection
from shared.snapshot.mujoco.data_leaf import DATA
from shared.snapshot.mujoco.memory import DataMemory
from tests.shared.snapshot.mujoco.models import CROWDED, FALLING, model_of, simulated

mujoco = pytest.importorskip("mujoco")


@pytest.fixture(autouse=True)
def _all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "_LEAST_BYTES", 1)


def dual(text: str = FALLING) -> Any:
    """A model whose constraints are solved in their own space."""
    model = model_of(text)
    model.opt.solver = int(mujoco.mjtSolver.mjSOL_PGS)
    return model


def smaller(data: Any) -> bytes | None:
    memory = DataMemory(data)
    return projection.without_projection(data, memory, memory.arena()[1])


@pytest.mark.parametrize("jacobian", ["DENSE", "SPARSE"])
@pytest.mark.parametrize("text", [FALLING, CROWDED], ids=["falling", "crowded"])
def test_after_every_pass_they_come_out_as_they_are(text: str, jacobian: str) -> None:
    model = dual(text)
    model.opt.jacobian = int(getattr(mujoco.mjtJacobian, f"mjJAC_{jacobian}"))
    data = mujoco.MjData(model)
    left_out = 0
    for step in range(60):
        mujoco.mj_step(model, data)
        before = DATA.to_bytes(data)
        again = DATA.from_bytes(before, (model,))
        assert again.efc_AR.tobytes() == data.efc_AR.tobytes(), step
        assert again.efc_Y.tobytes() == data.efc_Y.tobytes(), step
        assert DataMemory(again).arena() == DataMemory(data).arena(), step
        assert DATA.to_bytes(again) == before
        left_out += data.nefc > 0 and smaller(data) is not None
    assert left_out > 10


def test_a_snapshot_has_zeros_in_their_place() -> None:
    data = simulated(200, dual())
    memory = DataMemory(data)
    place = memory.place_in_arena(data.efc_AR)
    content = memory.arena()[1]
    kept = smaller(data)
    assert kept is not None
    assert content[place.start : place.stop] == data.efc_AR.tobytes() != bytes(len(place))
    assert kept[place.start : place.stop] == bytes(len(place))
    assert len(kept) == len(content)


def test_one_that_somebody_has_written_into_is_kept() -> None:
    data = simulated(200, dual())
    data.efc_AR[..., 0] += 1.0
    assert smaller(data) is None
    again = DATA.from_bytes(DATA.to_bytes(data), (data.model,))
    assert again.efc_AR.tobytes() == data.efc_AR.tobytes()


def test_they_are_kept_where_what_they_follow_from_has_changed() -> None:
    data = simulated(200, dual())
    data.qLD[:] *= 2.0
    assert smaller(data) is None
    again = DATA.from_bytes(DATA.to_bytes(data), (data.model,))
    assert again.efc_AR.tobytes() == data.efc_AR.tobytes()


def test_looking_changes_nothing() -> None:
    data, other = simulated(200, dual()), simulated(200, dual())
    assert smaller(data) is not None
    assert DataMemory(data).arena() == DataMemory(other).arena()
    assert data.maxuse_arena == other.maxuse_arena
    mujoco.mj_step(data.model, data)
    mujoco.mj_step(other.model, other)
    assert np.array_equal(data.qpos, other.qpos)
    assert DataMemory(data).arena() == DataMemory(other).arena()


def test_a_model_that_has_none_is_left_alone() -> None:
    assert smaller(simulated(200)) is None


def test_small_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    data = simulated(200, dual())
    monkeypatch.setattr(projection, "_LEAST_BYTES", data.efc_AR.nbytes + 1)
    assert smaller(data) is None


def test_a_form_that_is_not_known_is_refused() -> None:
    data = simulated(200, dual())
    body = DATA.to_bytes(data)
    with pytest.raises(ValueError, match=r"not known here"):
        DATA.from_bytes(body.replace(b"projected", b"abolished"), (data.model,))
