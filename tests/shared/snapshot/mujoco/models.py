"""Small MuJoCo models and simulations, as somebody would make them by hand."""

from typing import Any

import pytest

mujoco = pytest.importorskip("mujoco")

FALLING = """
<mujoco>
  <option timestep="0.005"/>
  <worldbody>
    <geom name="floor" type="plane" size="5 5 .1" condim="6"/>
    <body name="box" pos="0 0 .3">
      <freejoint/>
      <geom name="box" type="box" size=".1 .15 .1"/>
      <body pos=".3 0 0">
        <joint name="hinge" axis="0 1 0" range="-40 40" limited="true" frictionloss=".01"/>
        <geom type="capsule" fromto="0 0 0 .2 0 0" size=".05"/>
      </body>
    </body>
    <body pos="1 0 .1"><freejoint/><geom name="ball" size=".1"/></body>
  </worldbody>
  <actuator><motor joint="hinge" gear="2"/></actuator>
  <sensor><touch name="touch" site="foot"/></sensor>
</mujoco>
""".replace(
    "<freejoint/>\n      <geom name", '<freejoint/>\n      <site name="foot" size=".2"/>\n      <geom name'
)

STILL = "<mujoco><worldbody><geom size='1'/></worldbody></mujoco>"

MESHED = """
<mujoco>
  <asset>
    <mesh name="wedge" vertex="0 0 0  1 0 0  0 1 0  0 0 1"/>
    <texture name="sky" type="skybox" builtin="gradient" rgb1="0 .5 1" rgb2="1 1 1" width="16" height="96"/>
  </asset>
  <worldbody><body><freejoint/><geom type="mesh" mesh="wedge"/></body></worldbody>
</mujoco>
"""


def model_of(text: str = FALLING) -> Any:
    return mujoco.MjModel.from_xml_string(text)


def simulated(steps: int, model: Any = None, **options: int) -> Any:
    """An `MjData` after so many steps, with options of the model set before."""
    model = model_of() if model is None else model
    for name, value in options.items():
        setattr(model.opt, name, value)
    data = mujoco.MjData(model)
    for step in range(steps):
        data.ctrl[:] = step % 7 - 3
        mujoco.mj_step(model, data)
    return data


def answers(data: Any) -> list[Any]:
    """What a simulation shows now, its contacts and constraints first, and after some more steps."""
    model = data.model
    shown: list[Any] = [data.time, data.ncon, data.nefc, [each.number for each in contact_warnings(data)]]
    shown += [
        data.contact.pos.copy(),
        data.efc_J.copy(),
        data.efc_force.copy(),
        data.qLD.copy(),
        data.energy.copy(),
    ]
    for _ in range(10):
        mujoco.mj_step(model, data)
        shown += [data.qpos.copy(), data.sensordata.copy(), data.ncon]
    return shown


def contact_warnings(data: Any) -> list[Any]:
    return [data.warning[number] for number in range(len(data.warning))]
