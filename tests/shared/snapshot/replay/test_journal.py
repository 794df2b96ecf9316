"""The general journal replays whatever is deterministic, with everything that its constructor drew."""

import random
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from shared.errors import JournalFull, SnapshotCorrupt, SnapshotIncompatible
from shared.snapshot.contract.calls import Call, Render, Reseed, Reset, Sample, Step
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.replay import journal, replay
from shared.snapshot.replay.call_log import Drawn, encoded
from shared.snapshot.replay.journal import JOURNAL
from tests.shared.snapshot.pairs import RESET, adopted, continues_exactly, restored, same_answers


class Foundling(gymnasium.Env[Any, Any]):
    """Draws from everywhere: in its constructor, from its own space, from the process, from new generators."""

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012  (as Gymnasium declares it)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = spaces.Tuple((spaces.Discrete(3), spaces.Box(-1, 1, (2,), np.float32)))
        self.observation_space = spaces.Box(-100, 100, (4,), np.float64)
        self._nature = np.array([self.np_random.random(), np.random.default_rng().random()])
        self._own = np.random.default_rng()
        self._frames = 0
        self.closed = False

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self._seen(), {"options": options}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._nature *= 1.0 + 0.1 * float(action[1][0])
        return self._seen(), self.np_random.random(), False, False, {"own": self.action_space.sample()}

    def render(self) -> str:
        self._frames += 1
        return f"frame {self._frames}"

    def close(self) -> None:
        self.closed = True

    def _seen(self) -> Any:
        return np.array([*self._nature, self._own.random(), random.random() + np.random.rand()])


class Clockwork(Foundling):
    """Not deterministic: its observations come from a generator that no seed reaches."""

    def _seen(self) -> Any:
        return np.full(4, random.SystemRandom().random())


gymnasium.register("test/Foundling-v0", f"{__name__}:Foundling")
gymnasium.register("test/Clockwork-v0", f"{__name__}:Clockwork")

FOUNDLING = Recipe("test/Foundling-v0", render_mode="ansi")
ACTIONS = [(np.int64(number % 3), np.array([np.sin(number), 0.5], np.float32)) for number in range(12)]
STEPS: list[Call] = [Step(action) for action in ACTIONS]
CALLS: list[Call] = [
    Reset(5),
    *STEPS,
    Sample("action_space"),
    Render(),
    *STEPS,
    RESET,
    Sample("observation_space"),
    *STEPS[:3],
    Reset(options={"low": 0.5}),
    Render(),
]


@pytest.mark.parametrize("number", range(0, len(CALLS), 4))
def test_an_environment_that_draws_from_everywhere_is_exact(number: int) -> None:
    """Its constructor's draws come again, and its later ones from where they stood."""
    assert continues_exactly(JOURNAL, FOUNDLING, CALLS[:number], [*CALLS[number:], *CALLS])


def test_without_a_seeded_reset_it_is_exact_too() -> None:
    """What the system gave the constructor then decides everything."""
    unseeded: list[Call] = [RESET, *STEPS[:4]]
    assert continues_exactly(JOURNAL, FOUNDLING, unseeded, unseeded)


def test_two_instances_draw_differently() -> None:
    """Each has a global_rng of its own."""
    assert not same_answers(adopted(JOURNAL, FOUNDLING), adopted(JOURNAL, FOUNDLING), [RESET])


def test_what_a_constructor_drew_is_carried_by_its_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The states of generators after it do not tell."""
    live = adopted(JOURNAL, FOUNDLING, [RESET])
    begin = replay.ReplaySubject._make
    monkeypatch.setattr(replay.ReplaySubject, "_make", lambda self, seed: begin(self, bytes(16)))
    with pytest.raises(SnapshotCorrupt, match="came out differently"):
        restored(JOURNAL, FOUNDLING, live.capture())


def test_new_generators_are_carried() -> None:
    """`Reseed` reaches the environment past the calls that are recorded."""
    before: list[Call] = [Reset(5), *STEPS[:3], Reseed(1, (2,))]
    assert continues_exactly(JOURNAL, FOUNDLING, before, STEPS)
    assert continues_exactly(JOURNAL, FOUNDLING, [*before, *STEPS[:2]], STEPS)


def test_a_draw_from_a_space_that_the_environment_draws_from_too_is_replayed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its place among the environment's own draws is kept."""
    before: list[Call] = [Reset(5), Sample("action_space"), *STEPS[:3]]
    assert continues_exactly(JOURNAL, FOUNDLING, before, STEPS)
    monkeypatch.setattr(
        "shared.snapshot.replay.replay.encoded",
        lambda event: encoded(Render() if isinstance(event, Drawn) else event),
    )
    with pytest.raises(SnapshotCorrupt, match="came out differently"):
        continues_exactly(JOURNAL, FOUNDLING, before, STEPS)


def test_wrappers_that_are_known_are_carried_and_unknown_ones_replayed() -> None:
    """An unknown one may count, as this does."""
    recipe = Recipe("test/Foundling-v0", wrappers=(WrapperRecipe("NormalizeObservation"),))
    assert continues_exactly(JOURNAL, recipe, CALLS, CALLS)

    class Counting(gymnasium.Wrapper[Any, Any, Any, Any]):
        count = 0

        def step(self, action: Any) -> Any:
            self.count += 1
            observation, *rest = self.env.step(action)
            return observation + self.count, *rest

    with pytest.MonkeyPatch.context() as patch:
        for user in ("shared.snapshot.replay.replay.make", "tests.shared.snapshot.pairs.make"):
            patch.setattr(user, lambda recipe: Counting(make(recipe)))
        assert continues_exactly(JOURNAL, FOUNDLING, CALLS, CALLS)


def test_an_environment_that_is_not_deterministic_is_found_out_at_a_restore() -> None:
    """If not by the trial before it."""
    live = adopted(JOURNAL, Recipe("test/Clockwork-v0"), [RESET])
    with pytest.raises(SnapshotCorrupt, match="not deterministic"):
        restored(JOURNAL, Recipe("test/Clockwork-v0"), live.capture())


def test_a_full_journal_takes_no_reset_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing shows that a reset would rebuild everything; a draw from a space is no call on the environment."""
    live = adopted(JOURNAL, FOUNDLING, [RESET, *STEPS])
    body = live.capture()
    monkeypatch.setattr(replay, "LONGEST_REPLAY_S", 0.0)
    for call in (RESET, STEPS[0], Render()):
        with pytest.raises(JournalFull, match=r"13 calls since it was made.*create it anew"):
            live.apply(call)
    assert live.capture() == body
    live.apply(Sample("action_space"))


def test_time_spent_in_a_replay_counts_like_that_spent_before() -> None:
    """Else moving between processes would make an environment live for ever."""
    live = adopted(JOURNAL, FOUNDLING, [RESET, *STEPS])
    assert restored(JOURNAL, FOUNDLING, live.capture())._core.replay_s() > 0


def test_another_version_of_what_the_environment_uses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its calls would be made again, but by other code."""
    live = adopted(JOURNAL, FOUNDLING, [RESET])
    monkeypatch.setattr(journal, "version_here", lambda name: "0.1")
    older = adopted(JOURNAL, FOUNDLING, [RESET])
    with pytest.raises(SnapshotIncompatible, match=r"0\.1"):
        live.restore(older.capture())


def test_closing_closes_what_cannot_harm_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment's `close` may shut pygame down, if that is there, for all."""
    import sys

    monkeypatch.delitem(sys.modules, "pygame", raising=False)
    given = make(FOUNDLING)
    live: Any = JOURNAL.adopt(given, FOUNDLING)
    assert given.unwrapped.closed
    live.close()
    assert live.env.unwrapped.closed
    monkeypatch.setitem(sys.modules, "pygame", sys)
    live = adopted(JOURNAL, FOUNDLING)
    live.close()
    assert not live.env.unwrapped.closed


def test_actions_that_cannot_be_written_down_are_not_claimed() -> None:
    """Gymnasium's Graph space has members of a class of its own."""

    class Drawing(Foundling):
        def __init__(self) -> None:
            super().__init__()
            self.action_space: Any = spaces.Graph(spaces.Discrete(3), None)

    assert JOURNAL.suits(Foundling())
    assert not JOURNAL.suits(Drawing())
