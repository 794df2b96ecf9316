"""What is made on MuJoCo by hand is carried by its state, wherever that stands in it."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.errors import SnapshotDiverged
from shared.snapshot.conformance.check import check_recipe
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph.body import GraphBody
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.make import make
from shared.snapshot.making.vector import adopt_to_serve, subject_to_restore
from shared.snapshot.registry import mechanism_for

pytest.importorskip("mujoco")
HANDMADE = "tests.shared.snapshot.mujoco.handmade"
PUSHING = Recipe("handmade/Pushing-v0", seed=5)


@pytest.fixture(autouse=True)
def _registered() -> None:
    __import__(HANDMADE)


def played(steps: int) -> Any:
    subject, _ = adopt_to_serve(OBJECT_GRAPH, make(PUSHING), PUSHING)
    subject.apply(Reset(3))
    for _ in range(steps):
        subject.apply(Step(subject.env.action_space.sample()))
    return subject


def test_several_models_in_a_nested_environment_are_exact_in_a_fresh_process() -> None:
    report = check_recipe(PUSHING, modules=(HANDMADE,), episodes=(1, 3, 4), steps=12, further=30, chain=20)
    assert report.mechanism == "object-graph"
    assert report.bytes < 64 * 1024


def test_a_restore_makes_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """To make one takes 350 ms where there are meshes."""
    subject = played(10)
    body = subject.capture()

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("It was made.")

    monkeypatch.setattr(gymnasium, "make", refuse)
    other = subject_to_restore(OBJECT_GRAPH, PUSHING)
    other.restore(body)
    action = np.ones(3)
    assert digest(subject.apply(Step(action))) == digest(other.apply(Step(action)))
    assert subject.capture() == other.capture() != body


def test_instances_never_share_a_model() -> None:
    """Not even where one uses again what another no longer needs."""
    first = played(4)
    body = first.capture()
    second = subject_to_restore(OBJECT_GRAPH, PUSHING)
    second.restore(body)
    second.close()
    third, fourth = (subject_to_restore(OBJECT_GRAPH, PUSHING) for _ in range(2))
    third.restore(body)
    fourth.restore(body)
    base: Any = third.env.unwrapped
    base.first.model.geom("ball").size = 0.3
    assert third.capture() != body
    assert first.capture() == fourth.capture() == body


def test_a_snapshot_of_another_seed_is_restored_all_the_same() -> None:
    body = played(3).capture()
    other = subject_to_restore(OBJECT_GRAPH, Recipe("handmade/Pushing-v0", seed=6))
    other.restore(body)
    assert other.capture() == body


def test_a_vector_makes_its_environments() -> None:
    vector = Recipe("handmade/Pushing-v0", seed=5, num_envs=2)
    played(1)
    assert OBJECT_GRAPH.rebuild(vector) is None
    subject, body = adopt_to_serve(OBJECT_GRAPH, make(vector), vector)
    subject.apply(Reset(1))
    subject.restore(body)
    assert subject.capture() == body


def test_mujocos_own_environments_keep_their_mechanism() -> None:
    env = make(Recipe("Hopper-v5"))
    assert mechanism_for(env).name == "mujoco"
    env.close()


def test_one_that_draws_with_gymnasiums_renderer_is_left_to_the_graphics_thread() -> None:
    env = make(Recipe("Hopper-v5", render_mode="rgb_array"))
    assert not OBJECT_GRAPH.suits(env)
    env.close()


def test_an_environment_whose_restore_fails_keeps_its_models() -> None:
    """Nobody else gets one that it may still change."""
    subject = played(4)
    body, good = subject.capture(), played(6).capture()
    broken = GraphBody.unpacked(good)._replace(generators=b"others")
    with pytest.raises(SnapshotDiverged):
        subject.restore(broken.packed())
    other = subject_to_restore(OBJECT_GRAPH, PUSHING)
    other.restore(body)
    other.apply(Reset(8))
    assert subject.capture() == body
