"""Which of MuJoCo's arrays are carried: its state alone is too little, and what is left out is never read."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.errors import NotExact, SnapshotCorrupt
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.mujoco import physics as mujoco_data
from shared.snapshot.mujoco.mechanism import MujocoSubject
from shared.snapshot.mujoco.physics import REMADE, fixed_arrays, is_whole
from tests.shared.snapshot.mujoco.subjects import ASSETS, IDS, SHORT, base_of, prepare, steps, subject_of

mujoco = pytest.importorskip("mujoco")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MuJoCo writes its first warning to a file in the working directory."""
    monkeypatch.chdir(tmp_path)
    prepare()


@pytest.mark.parametrize("env_id", ["Ant-v5", "Humanoid-v4", "Reacher-v4"])
@pytest.mark.parametrize("forward", [False, True])
def test_the_integration_state_alone_is_not_exact(env_id: str, forward: bool, here: pytest.MonkeyPatch) -> None:
    """The derived arrays that a step reads first lag the positions; `mj_forward` does not bring the lag back."""
    state = mujoco.mjtState.mjSTATE_INTEGRATION

    def read(self: Any) -> Any:
        values = np.empty(mujoco.mj_stateSize(self._data.model, state))
        mujoco.mj_getState(self._data.model, self._data, values, state)
        return values

    def write(self: Any, values: Any) -> None:
        mujoco.mj_setState(self._data.model, self._data, values, state)
        if forward:
            mujoco.mj_forward(self._data.model, self._data)

    here.setattr(mujoco_data._PhysicsOf, "read", read)
    here.setattr(mujoco_data._PhysicsOf, "write", write)
    with pytest.raises(NotExact, match=r"(?s)\(Step\(.*came out differently"):
        check_snapshot(env_id, **SHORT)


def poison_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill the arrays that are not carried with values that are no numbers, at every restore."""
    write = mujoco_data._PhysicsOf.write

    def poisoned(self: Any, value: Any) -> None:
        write(self, value)
        for name in REMADE:
            getattr(self._data, name)[:] = np.nan

    monkeypatch.setattr(mujoco_data._PhysicsOf, "write", poisoned)


@pytest.mark.parametrize("env_id", ["HumanoidStandup-v4", "InvertedDoublePendulum-v5"])
def test_what_is_left_out_is_never_read(env_id: str, here: pytest.MonkeyPatch) -> None:
    """Every pass makes these arrays anew before it reads them."""
    poison_what_is_left_out(here)
    check_snapshot(env_id, **SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("env_id", IDS)
def test_what_is_left_out_is_never_read_by_any(env_id: str, here: pytest.MonkeyPatch) -> None:
    """The same for every environment, at every point."""
    poison_what_is_left_out(here)
    check_snapshot(env_id)


@pytest.mark.parametrize("integrator", ["Euler", "RK4", "implicit", "implicitfast"])
@pytest.mark.parametrize("options", ['solver="PGS" cone="elliptic"', 'solver="CG" jacobian="sparse"'])
def test_what_is_left_out_is_never_read_under_any_integrator(
    integrator: str, options: str, here: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A model of the client's own may choose another way through the engine."""
    model = re.sub(r"<option[^>]*/>", "", (ASSETS / "hopper.xml").read_text())
    option = f'<option timestep="0.002" integrator="{integrator}" {options}/>'
    file = tmp_path / "own.xml"
    file.write_text(re.sub(r"(<mujoco[^>]*>)", rf"\1{option}", model, count=1))
    poison_what_is_left_out(here)
    check_snapshot("Hopper-v5", kwargs={"xml_file": str(file)}, **{**SHORT, "episodes": (1,)})


def test_what_is_left_out_is_what_mujoco_says_a_picture_does_not_need() -> None:
    """A MuJoCo that marks other arrays fails here."""
    header = (Path(mujoco.__file__).parent / "include/mujoco/mjxmacro.h").read_text()
    block = header.partition("#define MJDATA_POINTERS ")[2].partition("\n\n")[0]
    assert frozenset(re.findall(r"XNV\s*\(\s*\w+,\s*(\w+),", block)) == REMADE


@pytest.mark.parametrize("env_id", IDS)
def test_all_of_mujocos_buffer_is_carried(env_id: str) -> None:
    """The arrays make the buffer up, and with the time they hold everything that MuJoCo calls state."""
    state = mujoco.mjtState.mjSTATE_INTEGRATION
    used, other = subject_of(env_id, 1), subject_of(env_id, 2)
    steps(used, 7)
    steps(other, 3)
    other.restore(used.capture())

    def state_of(subject: MujocoSubject) -> bytes:
        base = base_of(subject)
        values = np.empty(mujoco.mj_stateSize(base.model, state))
        mujoco.mj_getState(base.model, base.data, values, state)
        return values.tobytes()

    assert is_whole(base_of(used).data)
    assert state_of(used) == state_of(other)
    carried = [
        {name: array.tobytes() for name, array in fixed_arrays(base_of(subject).data) if name not in REMADE}
        for subject in (used, other)
    ]
    assert carried[0] == carried[1]


@pytest.mark.parametrize("damage", ["mask", "words", "one word", "form"])
def test_damaged_physics_are_refused(damage: str) -> None:
    """numpy alone would spread a single word over all, or read a short mask as zeros."""
    physics = mujoco_data.Physics().of(base_of(subject_of("Hopper-v5", 1)))
    time, mask, words = physics.read()
    damaged = {
        "mask": [time, mask[:-1], words],
        "words": [time, mask, words[:-8]],
        "one word": [time, mask, words[:8]],
        "form": {"time": time},
    }
    with pytest.raises(SnapshotCorrupt, match="another model"):
        physics.write(damaged[damage])
