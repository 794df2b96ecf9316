"""A state that no graph can hold for a while is carried by the calls since the last graph."""

from typing import Any

import numpy as np
import pytest

from shared.codec.plain import NotPlain
from shared.errors import JournalFull, SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.contract.calls import Call, Render, Reseed, Reset, Sample, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph import calls_since
from shared.snapshot.graph.calls_since import CallsSince, call_of
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.make import make, register_environments
from tests.shared.snapshot.pairs import same_answers

RECIPE = Recipe("habits/GrowingSet-v0", seed=1)


def subject(steps: int) -> Any:
    """Captured after every call, as the service does."""
    register_environments(["tests.shared.snapshot.habits"])
    live = OBJECT_GRAPH.adopt(make(RECIPE), RECIPE)
    live.capture()
    calls: list[Call] = [Reset(1), *(Step(number % 3) for number in range(steps))]
    for call in calls:
        live.apply(call)
        live.capture()
    return live


def restored(body: bytes) -> Any:
    live = OBJECT_GRAPH.adopt(make(RECIPE), RECIPE)
    live.restore(body)
    return live


@pytest.mark.parametrize("steps", [19, 20, 21, 30, 90])
def test_an_episode_goes_on_when_a_set_has_grown(steps: int) -> None:
    live = subject(steps)
    calls: list[Call] = [Step(0), Sample("action_space"), Step(1), Reset(), Step(2)]
    assert same_answers(live, restored(live.capture()), calls)


def test_a_restored_one_is_captured_in_the_same_bytes() -> None:
    body = subject(25).capture()
    assert restored(body).capture() == body


def test_after_a_reset_the_state_is_a_graph_again() -> None:
    live = subject(25)
    assert OBJECT_GRAPH.grows(live.capture())
    live.apply(Reset(2))
    assert not OBJECT_GRAPH.grows(live.capture())


def test_one_that_computes_otherwise_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    body = subject(25).capture()
    kind = type(make(RECIPE).unwrapped)
    step = kind.step
    monkeypatch.setattr(kind, "step", lambda self, action: (*step(self, action)[:4], {}))
    with pytest.raises(SnapshotDiverged, match="came out differently"):
        restored(body)


def test_a_call_that_would_make_a_restore_too_long_is_refused_and_a_reset_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = subject(25)
    monkeypatch.setattr(calls_since, "LARGEST_BYTES", 10)
    with pytest.raises(JournalFull, match="reset it"):
        live.apply(Step(0))
    live.apply(Reset(1))
    live.capture()
    live.apply(Step(0))


def test_what_was_never_a_graph_is_refused() -> None:
    register_environments(["tests.shared.snapshot.habits"])
    live = OBJECT_GRAPH.adopt(make(RECIPE), RECIPE)
    live.apply(Reset(1))
    for _ in range(25):
        live.apply(Step(0))
    with pytest.raises(NotPlain, match="another order"):
        live.capture()


@pytest.mark.parametrize(
    "call",
    [
        Step(np.int64(3)),
        Reset(1, {"a": [1, 2]}),
        Render(),
        Sample("action_space"),
        Sample("action_space", (1, 0)),
        Reseed(5, (1, 2)),
    ],
)
def test_every_call_comes_back(call: Call) -> None:
    since = CallsSince(b"")
    since.begin(call)
    since.end()
    assert call_of(since.events()[0]) == call


@pytest.mark.parametrize("event", [b"\x90", b"\x91\x09", 3, b"\x92\x03\xa1a"])
def test_what_is_no_call_is_corrupt(event: Any) -> None:
    with pytest.raises(SnapshotCorrupt):
        call_of(event)


def test_an_action_that_is_no_plain_data_cannot_be_made_again() -> None:
    since = CallsSince(b"")
    since.begin(Step(object()))
    assert not since.can_be_made_again
