"""A replay draws the last observation alone where that is exact, and every one where it proves not to be."""

import logging
from collections.abc import Iterator
from typing import Any, ClassVar

import gymnasium
import numpy as np
import pytest

from shared.snapshot.contract.calls import Call, Reset
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.replay import journal, undrawn
from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL
from shared.snapshot.replay.undrawn import DRAWINGS, Drawing
from tests.shared.snapshot.pairs import adopted, restored, same_answers
from tests.shared.snapshot.replay.envs import EPISODES, PUSHES, Rewound


class Painted(Rewound):
    """Draws every observation, by a method for that."""

    drawn: ClassVar[int] = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        _, info = super().reset(seed=seed, options=options)
        return self.draw(), info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        _, *rest = super().step(action)
        return self.draw(), *rest

    def draw(self) -> Any:
        """The picture of a place."""
        Painted.drawn += 1
        return self._place * 3


class Peeking(Painted):
    """Rewards what is seen."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        seen, _, *rest = super().step(action)
        return seen, float(seen.sum()), *rest


class Smudging(Painted):
    """Shows how often a picture was drawn in this episode."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self._smudges = 0
        return super().reset(seed=seed, options=options)

    def draw(self) -> Any:
        self._smudges += 1
        return super().draw() + self._smudges


class Redrawn(Painted):
    """Has a method of that name of its own, which nobody knows."""

    def draw(self) -> Any:
        return super().draw() + 1


KINDS = (Painted, Peeking, Smudging, Redrawn)
PAINTED, PEEKING, SMUDGING, _ = (Recipe(f"undrawn/{kind.__name__}-v0", render_mode="ansi") for kind in KINDS)
for _kind in KINDS:
    gymnasium.register(f"undrawn/{_kind.__name__}-v0", f"{__name__}:{_kind.__name__}")

EPISODE: list[Call] = [Reset(1), *PUSHES]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It is claimed of two classes that a replay may leave their drawings out."""
    monkeypatch.setattr(undrawn, "_refuted", set())
    for kind in (Painted, Smudging):
        monkeypatch.setitem(DRAWINGS, (kind.__module__, kind.__qualname__), "draw")
    yield
    Painted.drawn = 0


def drawn_by_restoring(subject: Any, body: bytes) -> int:
    before = Painted.drawn
    subject.restore(body)
    return Painted.drawn - before


@pytest.mark.parametrize("number", range(0, len(EPISODES), 3))
def test_a_restore_draws_the_last_observation_alone(number: int) -> None:
    live = adopted(EPISODE_JOURNAL, PAINTED, EPISODES[:number])
    body = live.capture()
    new = adopted(EPISODE_JOURNAL, PAINTED)
    assert drawn_by_restoring(new, body) == min(number, 1)
    assert new.capture() == body
    assert same_answers(live, new, [*EPISODES[number:], *EPISODES])


def test_a_reply_whose_observation_is_not_drawn_is_digested_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """To digest a picture takes long, and this one is black."""
    body = adopted(EPISODE_JOURNAL, PAINTED, EPISODE).capture()
    new = adopted(EPISODE_JOURNAL, PAINTED)
    whole: list[Any] = []

    def told(reply: Any) -> str:
        whole.append(reply)
        return digest(reply)

    monkeypatch.setattr(journal, "digest", told)
    new.restore(body)
    assert len(whole) == 1
    assert np.any(whole[0][0])


def test_one_that_is_there_draws_the_last_observation_alone() -> None:
    """It goes on in the episode, or plays another."""
    live = adopted(EPISODE_JOURNAL, PAINTED, EPISODE[:4])
    used = restored(EPISODE_JOURNAL, PAINTED, live.capture())
    for call in EPISODE[4:]:
        live.apply(call)
    assert drawn_by_restoring(used, live.capture()) == 1
    assert same_answers(live, used, PUSHES)
    other = adopted(EPISODE_JOURNAL, PAINTED, [Reset(9), *PUSHES[:5]])
    assert drawn_by_restoring(used, other.capture()) == 1
    assert same_answers(other, used, EPISODES)


@pytest.mark.parametrize("recipe", [PEEKING, SMUDGING], ids=lambda recipe: recipe.env_id)
def test_all_are_drawn_where_that_makes_a_difference(recipe: Recipe, caplog: pytest.LogCaptureFixture) -> None:
    live = adopted(EPISODE_JOURNAL, recipe, EPISODE)
    body = live.capture()
    with caplog.at_level(logging.WARNING):
        other = restored(EPISODE_JOURNAL, recipe, body)
    assert "all are drawn again" in caplog.text
    assert not other.core.whole
    assert same_answers(live, other, EPISODES)
    caplog.clear()
    new = adopted(EPISODE_JOURNAL, recipe)
    assert drawn_by_restoring(new, body) == len(EPISODE)
    assert not caplog.text


def test_a_trial_compares_every_observation() -> None:
    """What it restores is a state by the episode alone."""
    live = adopted(EPISODE_JOURNAL, PAINTED, EPISODE)
    new = adopted(EPISODE_JOURNAL, PAINTED)
    assert drawn_by_restoring(new, live.capture_alone()) == len(EPISODE)
    assert same_answers(live, new, EPISODES)


def test_snapshots_go_between_servers_that_know_the_class_and_others(monkeypatch: pytest.MonkeyPatch) -> None:
    knowing = adopted(EPISODE_JOURNAL, PAINTED, EPISODE)
    with monkeypatch.context() as patch:
        patch.delitem(DRAWINGS, (Painted.__module__, Painted.__qualname__))
        plain = restored(EPISODE_JOURNAL, PAINTED, knowing.capture())
        assert same_answers(knowing, plain, PUSHES)
    new = adopted(EPISODE_JOURNAL, PAINTED)
    assert drawn_by_restoring(new, plain.capture()) == len(EPISODE) + len(PUSHES)
    assert same_answers(plain, new, EPISODES)


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        (Painted(), True),
        (Peeking(), True),
        (Smudging(), True),
        (Redrawn(), False),
        (Rewound(), False),
        (gymnasium.Wrapper(Painted()), False),
    ],
    ids=["known", "inherits it", "known by itself", "has another", "has none", "in a wrapper that nobody knows"],
)
def test_only_a_method_that_is_known_is_left_out(env: gymnasium.Env[Any, Any], expected: bool) -> None:
    assert Drawing(env).is_optional is expected


def test_black_observations_have_the_form_of_others() -> None:
    env = Painted()
    env.reset(seed=1)
    with Drawing(env).left_out():
        black, *_ = env.step(np.ones(2))
    seen, *_ = env.step(np.zeros(2))
    assert (black.shape, black.dtype, black.any()) == (seen.shape, seen.dtype, False)
    assert "draw" not in vars(env)
