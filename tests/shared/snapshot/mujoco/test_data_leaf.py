"""An `MjData` comes back with all that it shows, in this process and in another."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.testing import NativeLeafContract, graph_of, restored
from shared.snapshot.mujoco.data_leaf import DATA
from tests.shared.snapshot.mujoco.models import answers, model_of, simulated

mujoco = pytest.importorskip("mujoco")


def warned() -> Any:
    """A simulation that has lost its way once, and has an energy."""
    data = simulated(50, enableflags=int(mujoco.mjtEnableBit.mjENBL_ENERGY))
    data.qpos[0] = float("nan")
    mujoco.mj_step(data.model, data)
    assert data.warning[int(mujoco.mjtWarning.mjWARN_BADQPOS)].number
    assert data.energy.any()
    return data


class TestDataLeaf(NativeLeafContract):
    leaf = DATA

    @pytest.fixture(autouse=True)
    def _elsewhere(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """MuJoCo writes its warnings to a file in the working directory."""
        monkeypatch.chdir(tmp_path)

    def examples(self) -> Sequence[Callable[[], Any]]:
        pgs = partial(simulated, 200, solver=int(mujoco.mjtSolver.mjSOL_PGS))
        return [partial(simulated, 0), partial(simulated, 1), partial(simulated, 200), pgs, warned]

    def observed(self, data: Any) -> Any:
        return answers(data)


def test_the_model_stays_shared_with_whatever_else_holds_it() -> None:
    data = simulated(3)
    model, first, second = restored(graph_of([data.model, data, mujoco.MjData(data.model)]))
    assert first.model is model
    assert second.model is model
    assert first.time > second.time == 0.0


def test_a_function_that_mujoco_calls_is_refused() -> None:
    """It belongs to the process, and may keep anything."""
    data = simulated(3)
    mujoco.set_mjcb_passive(lambda model, data: None)
    try:
        with pytest.raises(NotPlain, match=r"set_mjcb_passive"):
            DATA.to_bytes(data)
    finally:
        mujoco.set_mjcb_passive(None)
    DATA.to_bytes(data)


def test_a_plugin_is_refused() -> None:
    """Its memory is out of sight."""

    class Plugged:
        nplugin = 1

    with pytest.raises(NotPlain, match=r"plugin"):
        DATA.to_bytes(Plugged())


def test_a_pass_that_is_under_way_is_refused() -> None:
    data = simulated(3)
    data.pstack = 8
    with pytest.raises(NotPlain, match=r"in the middle of a pass"):
        DATA.to_bytes(data)


def test_the_state_of_another_model_is_refused() -> None:
    body = DATA.to_bytes(simulated(3))
    other = model_of("<mujoco><worldbody><body><freejoint/><geom size='.1'/></body></worldbody></mujoco>")
    with pytest.raises(ValueError, match=r"not an MjData of this model"):
        DATA.from_bytes(body, (other,))
