"""Environments that other packages build on MuJoCo are replayed in an OpenGL context of their own."""

from typing import Any

import numpy as np
import pytest

from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract import calls
from shared.snapshot.contract.calls import Call, Render, Reset, Step
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.mujoco import gl_context
from shared.snapshot.mujoco.gl_context import GLContext
from shared.snapshot.registry import candidates, proved_mechanism
from shared.snapshot.replay import journal
from shared.snapshot.replay.journal import JOURNAL_DRAWN
from tests.shared.snapshot.mujoco.subjects import prepare
from tests.shared.snapshot.pairs import adopted, restored, same_answers, steps

pytest.importorskip("mujoco")

pytestmark = pytest.mark.usefixtures("one_nursery")

MODULE = "tests.shared.snapshot.mujoco.foreign"
SHORT: dict[str, Any] = {"modules": (MODULE,), "episodes": (1,), "steps": 6, "further": 8, "chain": 3}
CART = Recipe("ForeignCart-v0", render_mode="rgb_array", seed=1)
FLICKERING = Recipe("ForeignFlickering-v0", render_mode="rgb_array", seed=1)


@pytest.fixture(autouse=True)
def _registered() -> None:
    prepare()
    register_environments([MODULE])


def drawn(recipe: Recipe, *calls: Call) -> Any:
    """A subject that was reset, and to which the calls were made."""
    return adopted(JOURNAL_DRAWN, recipe, [Reset(1), *calls])


@pytest.mark.parametrize("env_id", ["ForeignCart-v0", "ForeignFeeling-v0", "ForeignFlickering-v0"])
@pytest.mark.parametrize(
    ("render_mode", "mechanism"),
    [(None, "object-graph"), ("depth_array", "journal-drawn")],
)
def test_such_an_environment_is_exact(env_id: str, render_mode: str | None, mechanism: str) -> None:
    """In a fresh process; those that draw and those that feel contacts too."""
    assert check_snapshot(env_id, render_mode=render_mode, **SHORT).mechanism == mechanism


def test_it_draws_on_the_graphics_thread_and_has_then_no_mechanism_but_the_journal() -> None:
    """Its class is not known; a viewer is in native memory; from another thread its frames are black."""
    for render_mode, mechanism, home in (
        (None, OBJECT_GRAPH, Home.WORKER),
        ("human", OBJECT_GRAPH, Home.WORKER),
        ("rgb_array", JOURNAL_DRAWN, Home.GRAPHICS),
        ("rgb_array_list", JOURNAL_DRAWN, Home.GRAPHICS),
    ):
        env = make(Recipe("ForeignFeeling-v0", render_mode=render_mode))
        assert proved_mechanism(env) is None
        assert candidates(env)[0] is mechanism
        assert mechanism.home is home


def frames_by_turns() -> list[list[bytes]]:
    """Two environments' frames, of three steps each."""
    subjects = [drawn(CART), drawn(Recipe("ForeignFeeling-v0", render_mode="rgb_array", seed=1))]
    found: list[list[bytes]] = [[], []]
    for _ in range(3):
        for subject, frames in zip(subjects, found, strict=True):
            frames.append(subject.apply(Render()).tobytes())
            subject.apply(Step(np.zeros(subject.env.action_space.shape, np.float32)))
    for subject in subjects:
        subject.close()
    return found


def test_environments_that_draw_by_turns_draw_as_if_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `make_current` the first draws with the other's shapes from its second frame on."""
    alone = drawn(CART)
    expected = []
    for _ in range(3):
        expected.append(alone.apply(Render()).tobytes())
        alone.apply(Step(np.zeros(1, np.float32)))
    assert frames_by_turns()[0] == expected
    monkeypatch.setattr(gl_context, "make_current", lambda _: None)
    assert frames_by_turns()[0] != expected


@pytest.mark.parametrize("opened", [True, False])
def test_a_replay_leaves_frames_out_but_for_where_the_first_looks(opened: bool, here: pytest.MonkeyPatch) -> None:
    """The viewer looks for good at where the model was when it was made."""
    made: list[Call] = []
    live = drawn(CART, *steps(CART, 3), Render(), *steps(CART, 12), Render())
    body = live.capture()
    perform = calls.perform

    def noted(env: Any, call: Call) -> Any:
        made.append(call)
        return perform(env, call)

    here.setattr(journal, "perform", noted)
    if not opened:
        here.setattr(GLContext, "open", lambda _: None)
    other = restored(JOURNAL_DRAWN, CART, body)
    assert len(made) == 16
    assert Render() not in made
    assert same_answers(live, other, [*steps(CART, 2), Render(), *steps(CART, 2), Render()]) is opened


def test_frames_of_an_environments_own_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows what else they do."""
    live = drawn(FLICKERING, Render(), *steps(FLICKERING, 2))
    assert same_answers(live, restored(JOURNAL_DRAWN, FLICKERING, live.capture()), [Render(), Render()])
    monkeypatch.setattr(gl_context, "_RENDER", (MODULE, "Flickering.render"))
    live = drawn(FLICKERING, Render(), *steps(FLICKERING, 2))
    assert not same_answers(live, restored(JOURNAL_DRAWN, FLICKERING, live.capture()), [Render(), Render()])


def test_frames_that_a_replay_leaves_out_do_not_fill_the_journal() -> None:
    """They take longer than everything else."""
    live = drawn(CART, *steps(CART, 2))
    before = live.core.replay_s()
    for _ in range(3):
        live.apply(Render())
    assert live.core.replay_s() == before
