"""The general journal replays whatever is deterministic, with everything that its constructor drew."""

from typing import Any

import pytest
from gymnasium import spaces

from shared.errors import SnapshotIncompatible
from shared.snapshot.contract.calls import Call
from shared.snapshot.making.make import make
from shared.snapshot.replay import journal
from shared.snapshot.replay.journal import JOURNAL
from tests.shared.snapshot.pairs import RESET, adopted, continues_exactly, same_answers
from tests.shared.snapshot.replay.envs import CALLS, FOUNDLING, STEPS, Foundling


@pytest.mark.parametrize("number", range(0, len(CALLS), 4))
def test_an_environment_that_draws_from_everywhere_is_exact(number: int) -> None:
    """Its constructor's draws come again, and its later ones from where they stood."""
    assert continues_exactly(JOURNAL, FOUNDLING, CALLS[:number], [*CALLS[number:], *CALLS])


def test_without_a_seeded_reset_it_is_exact_too() -> None:
    """What the system gave the constructor then decides everything."""
    unseeded: list[Call] = [RESET, *STEPS[:4]]
    assert continues_exactly(JOURNAL, FOUNDLING, unseeded, unseeded)


def test_two_instances_draw_differently() -> None:
    """Each has global generators of its own."""
    assert not same_answers(adopted(JOURNAL, FOUNDLING), adopted(JOURNAL, FOUNDLING), [RESET])


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
