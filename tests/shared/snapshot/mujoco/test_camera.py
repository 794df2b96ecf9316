"""What MuJoCo environments draw is exact, beside others that draw on the same thread and come and go."""

import gc
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.errors import NotExact
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract.calls import Render, Reset, Step
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.making.vector import adopt
from shared.snapshot.mujoco import camera
from shared.snapshot.mujoco import mechanism as mujoco
from shared.snapshot.mujoco.mechanism import MUJOCO_DRAWN, MujocoSubject
from tests.shared.snapshot.mujoco.subjects import IDS, base_of, prepare

SMALL = {"width": 48, "height": 48}
SHORT: dict[str, Any] = {"kwargs": SMALL, "episodes": (1,), "steps": 6, "further": 6, "chain": 2}
MODES = ["depth_array", "rgbd_tuple", "rgb_array_list"]


@pytest.fixture(scope="module", autouse=True)
def _opengl() -> None:
    """Tests that draw need OpenGL; where it must not be missing, that is a failure."""
    prepare()
    try:
        subject = drawn("InvertedPendulum-v5")
        subject.apply(Render())
        subject.close()
    except Exception as error:  # the driver's loader raises whatever it stumbles over
        reason = f"drawing needs OpenGL (Debian: libegl1 libgl1-mesa-dri): {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MuJoCo writes its warnings to a file in the working directory."""
    monkeypatch.chdir(tmp_path)


def drawn(env_id: str, *wrappers: WrapperRecipe, seed: int = 1, **kwargs: Any) -> MujocoSubject:
    """A subject that draws, after its first reset."""
    recipe = Recipe(env_id, render_mode="rgb_array", kwargs={**SMALL, **kwargs}, wrappers=wrappers, seed=1)
    subject = MUJOCO_DRAWN.adopt(make(recipe), recipe)
    subject.apply(Reset(seed))
    return subject


def step(subject: MujocoSubject, times: int = 1) -> Any:
    """The last observation of some steps, with full force."""
    for _ in range(times):
        observation, *_ = subject.apply(Step(np.ones(subject.env.action_space.shape, np.float32)))
    return observation


def frame(subject: MujocoSubject) -> bytes:
    """The bits of a frame."""
    return np.ascontiguousarray(subject.apply(Render())).tobytes()


def test_frames_are_exact() -> None:
    """Drawn in a fresh process, before and after the first frame."""
    assert check_snapshot("Ant-v5", render_mode="rgb_array", **SHORT).mechanism == "mujoco-drawn"


@pytest.mark.parametrize("render_mode", MODES)
def test_frames_of_other_kinds_are_exact(render_mode: str, here: pytest.MonkeyPatch) -> None:
    """Depths, pictures with depths, and pictures that wait in a list."""
    check_snapshot("Reacher-v5", render_mode=render_mode, **{**SHORT, "further": 5})


@pytest.mark.slow
@pytest.mark.parametrize("env_id", IDS)
def test_every_environments_frames_are_exact(env_id: str) -> None:
    """At every point of episodes 1, 2, 3 and 7; what is not drawn is proved over more calls elsewhere."""
    check_snapshot(env_id, render_mode="rgb_array", kwargs=SMALL, steps=6, further=30, chain=30)


@pytest.mark.slow
@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize("render_mode", MODES)
def test_every_environments_frames_of_other_kinds_are_exact(env_id: str, render_mode: str) -> None:
    """Each in a fresh process, in one episode."""
    check_snapshot(env_id, render_mode=render_mode, kwargs=SMALL, episodes=(1,), steps=6, further=12, chain=8)


def test_without_the_camera_frames_are_not_exact(here: pytest.MonkeyPatch) -> None:
    """A viewer looks for good at where the model was when it was made."""
    here.setattr(camera._CameraOf, "write", lambda *_: None)
    with pytest.raises(NotExact, match=r"\(Render\(\)\) came out differently"):
        check_snapshot("Reacher-v5", render_mode="rgb_array", **{**SHORT, "steps": 20})


def test_a_first_frame_changes_the_snapshot_and_a_second_does_not() -> None:
    """So the first is saved, and no other."""
    subject = drawn("InvertedPendulum-v5")
    before = subject.capture()
    subject.apply(Render())
    after = subject.capture()
    assert after != before
    subject.apply(Render())
    assert subject.capture() == after


def test_a_restored_environment_makes_its_viewer_when_it_draws() -> None:
    """A viewer takes 0.3 s, and most restored environments are only stepped."""
    first, second = drawn("Ant-v5"), drawn("Ant-v5", seed=2)
    first.apply(Render())
    step(first, 5)
    body = first.capture()
    second.restore(body)
    assert second.capture() == body
    assert base_of(second).mujoco_renderer.viewer is None
    assert frame(second) == frame(first)
    assert second.capture() == body


@pytest.mark.parametrize("has_viewer", [False, True])
def test_an_environment_that_has_drawn_goes_back_to_before_its_first_frame(has_viewer: bool) -> None:
    """It must choose anew where to look, with a viewer of its own or one awaited from another snapshot."""
    subject = drawn("Ant-v5")
    body = subject.capture()
    step(subject, 3)
    expected = frame(subject)
    step(subject, 20)
    later = drawn("Ant-v5", seed=2)
    step(later, 10)
    later.apply(Render())
    other = later if has_viewer else drawn("Ant-v5")
    other.restore(later.capture())
    other.restore(body)
    assert other.capture() == body
    step(other, 3)
    assert frame(other) == expected


@pytest.mark.parametrize(
    ("env_id", "kwargs"),
    [
        (
            "InvertedDoublePendulum-v5",
            {"default_camera_config": {"distance": 3.0, "azimuth": 45.0, "trackbodyid": 1}},
        ),
        ("Swimmer-v5", {"camera_name": "track"}),
    ],
)
def test_a_camera_with_settings_is_exact(env_id: str, kwargs: dict[str, Any]) -> None:
    """A client may turn the camera, or choose one of the model's own."""
    first, second = drawn(env_id, **kwargs), drawn(env_id, seed=2, **kwargs)
    first.apply(Render())
    step(first, 3)
    second.restore(first.capture())
    step(first, 2)
    step(second, 2)
    assert frame(second) == frame(first)


def test_an_environment_that_drew_when_it_was_made_is_exact() -> None:
    """AddRenderObservation resets and draws in its constructor, unseeded, so that every making looks elsewhere."""
    wrapper = WrapperRecipe("AddRenderObservation", {"render_only": False})
    first, second = drawn("Ant-v5", wrapper), drawn("Ant-v5", wrapper)
    assert step(first)["pixels"].tobytes() != step(second)["pixels"].tobytes()
    second.restore(first.capture())
    assert step(first)["pixels"].tobytes() == step(second)["pixels"].tobytes()


def frames_by_turns() -> tuple[list[bytes], list[bytes]]:
    """Two steps of an Ant and of a Reacher, drawn one after the other."""
    first, second = drawn("Ant-v5"), drawn("Reacher-v5")
    found: tuple[list[bytes], list[bytes]] = ([], [])
    for _ in range(2):
        for subject, frames in zip((first, second), found, strict=True):
            frames.append(frame(subject))
            step(subject)
    for subject in (first, second):
        subject.close()
    return found


def test_environments_that_draw_by_turns_do_not_draw_in_each_others_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without `make_current` the first draws with the other's textures from its second frame on."""
    alone = drawn("Ant-v5")
    expected = [frame(alone), step(alone) is None or frame(alone)]
    alone.close()
    assert frames_by_turns()[0] == expected
    monkeypatch.setattr(mujoco, "make_current", lambda _: None)
    assert frames_by_turns()[0] != expected


def test_closing_one_environment_leaves_the_others_drawing() -> None:
    """What was in the closed one's context is freed there."""
    remaining, closed = drawn("Ant-v5"), drawn("Walker2d-v5")
    expected = frame(remaining)
    closed.apply(Render())
    closed.close()
    del closed
    assert frame(remaining) == expected


def test_dropping_an_environment_unclosed_leaves_the_others_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `keep` its objects are freed by their numbers in the context of the one that drew last."""

    def intact_after_a_drop() -> bool:
        remaining, dropped = drawn("Ant-v5"), drawn("Walker2d-v5")
        dropped.apply(Render())
        expected = frame(remaining)
        del dropped
        gc.collect()
        try:
            return frame(remaining) == expected
        finally:
            remaining.close()

    assert intact_after_a_drop()
    monkeypatch.setattr(camera, "keep", lambda _: None)
    assert not intact_after_a_drop()


def has_viewer(subject: MujocoSubject) -> bool:
    return base_of(subject).mujoco_renderer.viewer is not None


def test_of_many_that_draw_by_turns_few_hold_a_context_and_frames_and_states_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def by_turns() -> tuple[list[object], int]:
        subjects = [drawn("Ant-v5"), drawn("Reacher-v5")]
        found: list[object] = []
        for _ in range(2):
            for subject in subjects:
                found.append(frame(subject))
                step(subject, 3)
                found.append(subject.capture())
            found += [subject.capture() for subject in subjects]  # of those too that hold none any more
        holding = sum(map(has_viewer, subjects))
        for subject in subjects:
            subject.close()
        return found, holding

    expected, holding = by_turns()
    assert holding == 2
    monkeypatch.setattr(camera, "MOST_CONTEXTS", 1)
    assert by_turns() == (expected, 1)


def test_before_a_frame_makes_a_context_another_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine at once would leave the memory of the ninth with the C library."""
    monkeypatch.setattr(camera, "MOST_CONTEXTS", 1)
    first, second = drawn("Reacher-v5"), drawn("Reacher-v5")
    first.apply(Render())
    renderer = base_of(second).mujoco_renderer
    make = renderer._get_viewer
    seen: list[bool] = []

    def noted(render_mode: str) -> Any:
        seen.append(has_viewer(first))
        return make(render_mode)

    renderer._get_viewer = noted
    second.apply(Render())
    assert seen == [False]
    second.close()


def test_the_environments_of_a_vector_share_the_few_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vector may have 256, and would take 26 GB."""
    recipe = Recipe("Reacher-v5", render_mode="rgb_array", kwargs=SMALL, seed=1, num_envs=2)

    def drawn_twice() -> tuple[list[bytes], int]:
        vector = adopt(MUJOCO_DRAWN, make(recipe), recipe)
        together: Any = vector.env
        renderers = [each.unwrapped.mujoco_renderer for each in together.envs]
        vector.apply(Reset(1))
        frames = [np.ascontiguousarray(vector.apply(Render())).tobytes() for _ in range(2)]
        holding = sum(renderer.viewer is not None for renderer in renderers)
        vector.close()
        return frames, holding

    expected, holding = drawn_twice()
    assert holding == 2
    monkeypatch.setattr(camera, "MOST_CONTEXTS", 1)
    assert drawn_twice() == (expected, 1)


def test_an_environment_that_is_gone_takes_no_place_among_the_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "MOST_CONTEXTS", 1)
    remaining, dropped = drawn("Reacher-v5"), drawn("Reacher-v5")
    remaining.apply(Render())
    dropped.apply(Render())
    assert not has_viewer(remaining)
    dropped.close()
    remaining.apply(Render())
    assert has_viewer(remaining)
    remaining.close()


def test_a_closed_environment_holds_no_viewer() -> None:
    """Closing twice is no error: a cache may drop what has been dropped."""
    subject = drawn("InvertedPendulum-v5")
    subject.apply(Render())
    subject.close()
    subject.close()
    assert base_of(subject).mujoco_renderer.viewer is None


def test_nothing_of_a_viewer_changes_but_its_camera() -> None:
    """Options, perturbation and effects stay as the constructor set them."""
    subject = drawn("Reacher-v5")
    subject.apply(Render())
    viewer = base_of(subject).mujoco_renderer.viewer

    def picture() -> list[str]:
        kept = [repr(viewer.vopt), repr(viewer.pert), repr(viewer.viewport), viewer._markers, viewer._overlays]
        return [*map(str, kept), str(viewer.scn.flags), str(viewer.scn.enabletransform), str(viewer.scn.stereo)]

    before = picture()
    step(subject, 5)
    subject.apply(Render())
    assert picture() == before
