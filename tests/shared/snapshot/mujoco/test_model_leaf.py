"""An `MjModel` comes back whole, and as its original with a difference."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.testing import OriginalLeafContract
from shared.snapshot.mujoco.model_leaf import MODEL
from tests.shared.snapshot.mujoco.models import FALLING, MESHED, STILL, answers, model_of, simulated

mujoco = pytest.importorskip("mujoco")


def moved() -> Any:
    """With numbers changed as environments change them: in arrays and in all three groups of settings."""
    model = model_of()
    model.body_pos[1] = (0.2, 0, 0.5)
    model.geom("ball").rgba = (1, 0, 0, 1)
    model.opt.gravity[2] = -0.0
    model.opt.timestep = 0.002
    model.vis.global_.fovy = 30
    model.vis.rgba.haze[0] = 0.5
    model.stat.extent = 7
    return model


def weightless() -> Any:
    model = model_of()
    model.opt.gravity[2] = 0.0
    return model


class TestModelLeaf(OriginalLeafContract):
    leaf = MODEL

    def examples(self) -> Sequence[Callable[[], Any]]:
        return [model_of, moved, weightless]

    def observed(self, model: Any) -> Any:
        settings = [model.opt.timestep, model.vis.global_.fovy, model.vis.rgba.haze.copy(), model.stat.extent]
        return [settings, np.signbit(model.opt.gravity), model.names, answers(simulated(5, model))]


def test_what_differs_takes_the_bytes_that_differ() -> None:
    model = model_of(MESHED)
    kept = MODEL.keep(model)
    model.body_pos[1, 0] = 3.0
    model.tex_data[7] ^= 1
    difference = MODEL.difference(kept, model)
    assert difference is not None
    assert len(difference) < 64 < len(MODEL.to_bytes(model))
    assert np.array_equal(MODEL.again(kept, difference).tex_data, model.tex_data)


def test_the_original_stays_as_it_was() -> None:
    model = model_of()
    kept = MODEL.keep(model)
    again = MODEL.again(kept, b"")
    for changed in (model, again):
        changed.body_mass[:] = 9.0
        assert MODEL.digest(kept) == MODEL.digest(MODEL.keep(model_of()))


def test_a_model_whose_sizes_changed_is_told_whole() -> None:
    """`mj_setConst` counts the bodies that float, and nothing can set that number."""
    model = model_of()
    kept = MODEL.keep(model)
    model.body_gravcomp[1] = 0.5
    mujoco.mj_setConst(model, mujoco.MjData(model))
    assert MODEL.difference(kept, model) is None
    made = MODEL.from_bytes(MODEL.to_bytes(model), ())
    assert made.ngravcomp == model.ngravcomp == 1
    assert MODEL.difference(kept, MODEL.again(kept, b"", model)) == b""


def test_a_model_without_a_joint_is_refused() -> None:
    with pytest.raises(NotPlain, match=r"no joint"):
        MODEL.keep(model_of(STILL))


def test_a_plugin_is_refused() -> None:
    class Plugged:
        nplugin = 1

    for refuse in (MODEL.keep, MODEL.to_bytes):
        with pytest.raises(NotPlain, match=r"plugin"):
            refuse(Plugged())


def test_the_difference_from_a_larger_model_is_refused() -> None:
    larger = model_of(FALLING)
    kept = MODEL.keep(larger)
    larger.qpos0[:] += 1.0
    larger.opt.timestep = 1.0
    larger.geom_rgba[-1] = 0.25
    difference = MODEL.difference(kept, larger)
    assert difference is not None
    smaller = "<mujoco><worldbody><body><joint/><geom size='.1'/></body></worldbody></mujoco>"
    with pytest.raises(ValueError, match=r"another model"):
        MODEL.again(MODEL.keep(model_of(smaller)), difference)
