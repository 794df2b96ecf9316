"""A replay makes the calls on a core again, and carries what surrounds it."""

from typing import Any

import gymnasium
import pytest

from shared.errors import JournalFull, SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.contract.calls import Call, Render, Reseed, Reset, Sample
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.replay import replay
from shared.snapshot.replay.call_log import Drawn, encoded
from shared.snapshot.replay.journal import JOURNAL
from tests.shared.snapshot.pairs import RESET, adopted, continues_exactly, restored
from tests.shared.snapshot.replay.envs import CALLS, FOUNDLING, STEPS


def test_what_a_constructor_drew_is_carried_by_its_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The states of generators after it do not tell."""
    live = adopted(JOURNAL, FOUNDLING, [RESET])
    begin = replay.ReplaySubject._make
    monkeypatch.setattr(replay.ReplaySubject, "_make", lambda self, seed: begin(self, bytes(16)))
    with pytest.raises(SnapshotDiverged, match="came out differently"):
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
    with pytest.raises(SnapshotDiverged, match="came out differently"):
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
    with pytest.raises(SnapshotDiverged, match="not deterministic"):
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
    assert restored(JOURNAL, FOUNDLING, live.capture()).core.replay_s() > 0


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x90"])
def test_bytes_that_are_no_journal_are_refused(body: bytes) -> None:
    with pytest.raises(SnapshotCorrupt):
        adopted(JOURNAL, FOUNDLING).restore(body)


def test_the_calls_since_the_start_are_recorded_and_a_restored_subject_has_the_same() -> None:
    """A draw from a space that is not the core's own business is no call."""
    live = adopted(JOURNAL, FOUNDLING, [RESET, *STEPS[:4], Sample("observation_space")])
    other = restored(JOURNAL, FOUNDLING, live.capture())
    assert len(live.calls) == len(other.calls) == 5
    assert other.capture() == live.capture()
