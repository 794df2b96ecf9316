"""MuJoCo environments are exact, and those that would not be are refused."""

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.codec import plain
from shared.errors import NotCreatable, SnapshotCorrupt
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.mujoco import camera, gl_context, physics
from shared.snapshot.mujoco import mechanism as mujoco_mechanism
from shared.snapshot.mujoco.mechanism import MUJOCO, MUJOCO_DRAWN
from shared.snapshot.mujoco.memory import property_names
from shared.snapshot.registry import mechanism_for
from tests.shared.snapshot.mujoco.subjects import ASSETS, IDS, SHORT, base_of, prepare, steps, subject_of

mujoco = pytest.importorskip("mujoco")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MuJoCo writes its first warning to a file in the working directory."""
    monkeypatch.chdir(tmp_path)
    prepare()


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("env_id", ["Humanoid-v5", "Pusher-v5", "Reacher-v4"])
def test_an_environment_is_exact(env_id: str) -> None:
    """Restored in another interpreter, in a used environment and before every call."""
    report = check_snapshot(env_id, **SHORT)
    assert report.mechanism == "mujoco"
    assert report.bytes <= 16_384


@pytest.mark.parametrize("number", [9.0, np.inf, np.nan])
def test_actions_outside_the_bounds_are_exact_too(number: float) -> None:
    live, other = subject_of("Hopper-v5", seed=3), subject_of("Hopper-v5")
    outside = Step(np.full(3, number, np.float32))
    for _ in range(3):
        live.apply(outside)
        steps(live, 2)
        other.restore(live.capture())
        assert steps(other, 2) == steps(live, 2)


@pytest.mark.slow
@pytest.mark.parametrize("env_id", IDS)
def test_every_environment_is_exact(env_id: str) -> None:
    """Before the first reset, after a reset, amid and at the end of episodes 1, 2, 3 and 7; a chain of 100."""
    assert check_snapshot(env_id, steps=60).bytes <= 16_384


@pytest.mark.parametrize(
    ("env_id", "kwargs"),
    [
        ("Ant-v5", {"include_cfrc_ext_in_observation": False, "main_body": "torso", "frame_skip": 3}),
        ("Hopper-v5", {"reset_noise_scale": 0.1, "terminate_when_unhealthy": False}),
        ("Walker2d-v5", {"xml_file": "hopper.xml", "frame_skip": 2, "healthy_z_range": [0.5, 3.0]}),
    ],
)
def test_an_environment_made_with_arguments_is_exact(
    env_id: str, kwargs: dict[str, Any], here: pytest.MonkeyPatch
) -> None:
    """Arguments shape the model, what is read of it and how often it is stepped."""
    check_snapshot(env_id, kwargs=kwargs, **SHORT)


def test_an_environment_inside_wrappers_is_exact(here: pytest.MonkeyPatch) -> None:
    """Several steps a call, statistics across episodes and a stack of observations."""
    wrappers = (
        WrapperRecipe("RepeatAction", {"num_repeats": 3}),
        WrapperRecipe("NormalizeObservation"),
        WrapperRecipe("FrameStackObservation", {"stack_size": 3}),
    )
    check_snapshot("HalfCheetah-v5", wrappers=wrappers, **SHORT)


def test_unseeded_resets_after_a_restore_draw_the_same() -> None:
    """Pusher draws until its goal is far enough, so a generator one draw off shows."""
    first, second = subject_of("Pusher-v5", 3), subject_of("Pusher-v5", 4)
    steps(first, 5)
    second.restore(first.capture())
    for _ in range(3):
        assert first.apply(Reset())[0].tobytes() == second.apply(Reset())[0].tobytes()


@pytest.mark.parametrize("env_id", IDS)
def test_nothing_changes_but_what_is_captured(env_id: str) -> None:
    """A release of Gymnasium that keeps more state, or changes its model, fails here by the attribute's name."""
    subject = subject_of(env_id, 1)
    base = base_of(subject)
    captured = {name.partition(".")[2] for name in plain.loads(subject.capture())[0]}
    apart = captured | {"_np_random", "_np_random_seed", "action_space", "observation_space"}

    def picture() -> dict[str, Any]:
        model = np.empty(mujoco.mj_sizeModel(base.model), np.uint8)
        mujoco.mj_saveModel(base.model, None, model)
        attributes = {name: repr(value) for name, value in vars(base).items() if name not in apart}
        renderer = {f"mujoco_renderer.{name}": repr(value) for name, value in vars(base.mujoco_renderer).items()}
        return {**attributes, **renderer, "model's bytes": model.tobytes(), "data's identity": id(base.data)}

    before = picture()
    for _ in range(3):
        steps(subject, 40)
        subject.apply(Reset())
    assert picture() == before


def test_a_capture_repeated_or_restored_is_equal_and_one_after_a_step_differs() -> None:
    """The session tells by the bytes whether a call has changed anything."""
    first, second = subject_of("Ant-v5", 1), subject_of("Ant-v5", 2)
    steps(first, 3)
    body = first.capture()
    assert first.capture() == body
    second.restore(body)
    assert second.capture() == body
    steps(first, 1)
    assert first.capture() != body


def test_an_environment_goes_back_to_an_earlier_snapshot_of_its_own() -> None:
    """Contacts of the later state are still in the arena then, and are not read."""
    subject = subject_of("HumanoidStandup-v5", 1)
    steps(subject, 20)
    body = subject.capture()
    onward = steps(subject, 30)
    subject.restore(body)
    assert steps(subject, 30) == onward


def test_a_body_of_another_model_is_refused() -> None:
    """Two models of one class differ in their sizes."""
    body = subject_of("Ant-v5", 1).capture()
    for env_id in ("Humanoid-v5", "HalfCheetah-v5", "Reacher-v5"):
        with pytest.raises(SnapshotCorrupt):
            subject_of(env_id).restore(body)


def test_a_view_that_is_not_mujocos_is_refused() -> None:
    """It would fail at the next frame only."""
    with pytest.raises(SnapshotCorrupt, match="camera"):
        camera.Camera().of(base_of(subject_of("Hopper-v5"))).write({"lookat": 3})


def test_an_unknown_class_is_refused_even_if_it_inherits_from_a_known_one() -> None:
    """It may keep contacts, change its model or hold a clock."""
    from gymnasium.envs.mujoco.hopper_v5 import HopperEnv

    class Remembering(HopperEnv):
        """Holds more than its parent."""

    assert MUJOCO.suits(HopperEnv())
    assert not MUJOCO.suits(Remembering())
    assert not MUJOCO_DRAWN.suits(Remembering(render_mode="rgb_array"))


def test_pusher_v4_cannot_be_made_at_all() -> None:
    """Its constructor refuses MuJoCo 3 and later."""
    with pytest.raises(NotCreatable, match="mujoco<3"):
        make(Recipe("Pusher-v4"))


def test_what_the_arrays_do_not_show_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sleeping bodies, options of the view that draw contacts, a buffer with more than Python shows."""
    assert MUJOCO.suits(make(Recipe("Hopper-v5")))

    asleep: Any = make(Recipe("Hopper-v5"))
    asleep.unwrapped.model.opt.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP
    assert not MUJOCO.suits(asleep)

    assert not MUJOCO.suits(make(Recipe("Hopper-v5", kwargs={"visual_options": {14: True}})))

    shown = [name for name in property_names(mujoco.MjData) if name != "qfrc_bias"]
    monkeypatch.setattr(physics, "property_names", lambda _: shown)
    assert not MUJOCO.suits(make(Recipe("Hopper-v5")))


def test_a_model_with_a_plugin_is_refused(tmp_path: Path) -> None:
    """A plugin's memory is its own."""
    model = (ASSETS / "hopper.xml").read_text()
    model = re.sub(r"(<mujoco[^>]*>)", r'\1<extension><plugin plugin="mujoco.pid"/></extension>', model, count=1)
    file = tmp_path / "own.xml"
    file.write_text(model.replace("</actuator>", '<plugin plugin="mujoco.pid" joint="foot_joint"/></actuator>'))
    env: Any = make(Recipe("Hopper-v5", kwargs={"xml_file": str(file)}))
    assert env.unwrapped.model.nplugin == 1
    assert not MUJOCO.suits(env)


def test_only_what_draws_lives_on_the_graphics_thread() -> None:
    """From any other its frames are black; what does not draw need not wait for those that do."""
    for render_mode, mechanism, home in (
        (None, MUJOCO, Home.EITHER),
        ("rgb_array", MUJOCO_DRAWN, Home.GRAPHICS),
        ("rgb_array_list", MUJOCO_DRAWN, Home.GRAPHICS),
        ("human", MUJOCO, Home.EITHER),
    ):
        found = mechanism_for(make(Recipe("Reacher-v5", render_mode=render_mode)))
        assert found is mechanism
        assert found.home is home


@pytest.mark.parametrize(
    "name", [*camera.PRIVATE_NAMES, *gl_context.PRIVATE_NAMES, *mujoco_mechanism.PRIVATE_NAMES]
)
def test_gymnasiums_renderer_has_the_private_name_that_is_read(name: str) -> None:
    """Only an instance has all of them."""
    assert hasattr(base_of(subject_of("Hopper-v5")).mujoco_renderer, name.rpartition(".")[2])


def test_mujocos_warnings_go_to_the_log_and_not_to_a_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At every making of a HalfCheetah MuJoCo would add a line to MUJOCO_LOG.TXT."""
    subject_of("Hopper-v5")
    with caplog.at_level(logging.INFO, "mujoco"):
        make(Recipe("HalfCheetah-v5"))
    assert "settotalmass" in caplog.text
    assert not (tmp_path / "MUJOCO_LOG.TXT").exists()
