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

CROWDED = """
<mujoco>
  <option timestep="0.004"><flag energy="enable" multiccd="enable" sleep="enable"/></option>
  <worldbody>
    <geom type="plane" size="5 5 .1" condim="4" margin=".05" gap=".04"/>
    <flexcomp name="cloth" type="grid" dim="2" count="4 4 1" spacing=".1 .1 .1" pos="0 0 .6" mass=".3"
              radius=".02">
      <edge equality="true"/>
      <contact selfcollide="none"/>
    </flexcomp>
    <body name="box" pos="1 0 .2">
      <freejoint/>
      <geom type="box" size=".1 .1 .1" condim="3"/>
      <site name="box"/>
      <body pos=".3 0 0">
        <joint type="ball" range="0 1" limited="true"/>
        <geom type="capsule" size=".05 .1" condim="1"/>
      </body>
    </body>
    <body name="egg" pos="2 0 .3">
      <freejoint/>
      <geom type="ellipsoid" size=".1 .15 .2" condim="6"/>
      <site name="egg"/>
    </body>
    <body name="piston" pos="2 0 .8">
      <joint name="slide" type="slide" axis="0 0 1" frictionloss=".2"/>
      <geom type="cylinder" size=".1 .1" condim="4"/>
    </body>
  </worldbody>
  <tendon>
    <spatial name="rope" range="0 .5" limited="true" frictionloss=".1">
      <site site="box"/><site site="egg"/>
    </spatial>
  </tendon>
  <equality>
    <weld body1="box" body2="egg" active="false"/>
    <connect body1="egg" body2="piston" anchor="0 0 .3"/>
    <tendon tendon1="rope" active="false"/>
  </equality>
  <actuator><motor tendon="rope" gear="3"/><position joint="slide" kp="5"/></actuator>
</mujoco>
"""
"""Cloth, tendons, equalities, joints and contacts of every kind, with islands that may sleep."""

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
