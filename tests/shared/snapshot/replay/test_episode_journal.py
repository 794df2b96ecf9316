"""A journal that begins at the last reset, and what stands by where an episode left something behind."""

import logging
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.codec import plain
from shared.errors import JournalFull, NotCreatable, SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.contract.calls import Call, Render, Reset, Sample
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.replay import episode_journal, journal, replay
from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL
from tests.shared.snapshot.pairs import RESET, adopted, continues_exactly, restored, same_answers
from tests.shared.snapshot.replay.envs import EPISODES, PUSHES, REWOUND, Rewound

LASTING = Recipe("test/Lasting-v0")
AGEING = Recipe("test/Ageing-v0")
THREE: list[Call] = [Reset(1), *PUSHES, RESET, *PUSHES[:4], RESET, *PUSHES[:3]]


@pytest.mark.parametrize("number", range(0, len(EPISODES), 4))
def test_a_journal_of_an_episode_is_exact(number: int) -> None:
    """On a new environment, and on one that was in an episode of its own."""
    assert continues_exactly(EPISODE_JOURNAL, REWOUND, EPISODES[:number], [*EPISODES[number:], *EPISODES])
    live = adopted(EPISODE_JOURNAL, REWOUND, EPISODES[:number])
    used = adopted(EPISODE_JOURNAL, REWOUND, [Reset(9), *PUSHES[:5]])
    used.restore(live.capture())
    assert same_answers(live, used, EPISODES[number:])


def test_an_environment_that_is_there_plays_the_episode_of_another() -> None:
    """None is made, which may take most of a restore."""
    seeded = msgspec.structs.replace(REWOUND, seed=3)
    live = adopted(EPISODE_JOURNAL, seeded, [Reset(1), *PUSHES, RESET, *PUSHES[:4]])
    used = adopted(EPISODE_JOURNAL, seeded, [Reset(9), *PUSHES[:5]])
    core = used.core
    used.restore(live.capture())
    assert used.core is core
    assert used.core.replay_s() < 1.0
    assert same_answers(live, used, EPISODES)
    earlier = adopted(EPISODE_JOURNAL, seeded, [Reset(1), *PUSHES, RESET, *PUSHES[:2]])
    used.restore(earlier.capture())
    assert used.core is core
    assert same_answers(earlier, used, EPISODES)


def test_a_new_one_plays_it_where_that_was_made_from_another_seed() -> None:
    """What a constructor draws may be there for life."""
    live = adopted(EPISODE_JOURNAL, msgspec.structs.replace(REWOUND, seed=3), [Reset(1), *PUSHES])
    used = adopted(EPISODE_JOURNAL, msgspec.structs.replace(REWOUND, seed=4), [Reset(9), *PUSHES[:5]])
    core = used.core
    used.restore(live.capture())
    assert used.core is not core
    assert same_answers(live, used, EPISODES)


def test_a_new_one_plays_it_where_it_comes_out_differently(caplog: pytest.LogCaptureFixture) -> None:
    """The one that is there has been through more episodes, which shows in its attributes."""
    seeded = msgspec.structs.replace(AGEING, seed=3)
    live = adopted(EPISODE_JOURNAL, seeded, [Reset(1), *PUSHES[:3]])
    used = adopted(EPISODE_JOURNAL, seeded, THREE)
    core = used.core
    with caplog.at_level(logging.INFO):
        used.restore(live.capture())
    assert "that had played others" in caplog.text
    assert used.core is not core
    assert not used.core.whole
    assert same_answers(live, used, PUSHES)


def test_a_journal_of_an_episode_is_as_long_as_the_episode() -> None:
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1)])
    began = len(live.capture_alone())
    for _ in range(5):
        for call in PUSHES:
            live.apply(call)
        longest = len(live.capture_alone())
        live.apply(RESET)
    assert len(live.calls) == 1
    assert began <= len(live.capture_alone()) < longest
    assert live.core.replay_s() < 1.0


def test_a_reset_is_the_way_out_of_a_journal_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1), *PUSHES])
    monkeypatch.setattr(replay, "LARGEST_JOURNAL_BYTES", 100)
    with pytest.raises(JournalFull, match=r"calls since its last reset.*; reset it"):
        live.apply(PUSHES[0])
    live.apply(RESET)
    live.apply(PUSHES[0])


def test_an_attribute_that_came_with_later_episodes_is_told_at_a_restore() -> None:
    """The replies are still the same."""
    live = adopted(EPISODE_JOURNAL, AGEING, [Reset(1), RESET])
    with pytest.raises(SnapshotDiverged, match=r"came out differently"):
        restored(EPISODE_JOURNAL, AGEING, live.capture_alone())


@pytest.mark.parametrize("recipe", [LASTING, AGEING], ids=lambda recipe: recipe.env_id)
def test_where_an_episode_left_something_all_calls_are_made_again(
    recipe: Recipe, caplog: pytest.LogCaptureFixture
) -> None:
    live = adopted(EPISODE_JOURNAL, recipe, THREE)
    with caplog.at_level(logging.WARNING):
        other = restored(EPISODE_JOURNAL, recipe, live.capture())
    assert "all calls are made again" in caplog.text
    assert same_answers(live, other, [*PUSHES[:3], Reset(4), *PUSHES, RESET, *PUSHES[:2]])


def test_from_then_on_it_is_carried_by_all_of_its_calls() -> None:
    """A reset begins no journal anew, in whichever process."""
    live = adopted(EPISODE_JOURNAL, LASTING, THREE)
    other = restored(EPISODE_JOURNAL, LASTING, live.capture())
    further: list[Call] = [RESET, *PUSHES[:5], Reset(2), PUSHES[0]]
    assert same_answers(live, other, further)
    body = other.capture()
    again = restored(EPISODE_JOURNAL, LASTING, body)
    assert again.capture() == body
    assert len(again.calls) == len(THREE) + len(further)
    assert same_answers(live, again, further)
    used = adopted(EPISODE_JOURNAL, LASTING, THREE)
    used.restore(body)
    assert same_answers(other, used, further)


def test_draws_from_a_space_between_episodes_are_made_again_too() -> None:
    """What a client samples before a reset moves the generators that the environment draws from."""
    calls: list[Call] = [Reset(1), *PUSHES, Sample("action_space"), RESET, Sample("action_space"), *PUSHES[:7]]
    live = adopted(EPISODE_JOURNAL, LASTING, calls)
    assert same_answers(live, restored(EPISODE_JOURNAL, LASTING, live.capture()), calls)


def test_earlier_calls_are_let_go_where_an_episode_is_exact_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot is then as long as its episode."""
    monkeypatch.setattr(episode_journal, "LARGEST_EARLIER_BYTES", 1000)
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1)])
    longest = 0
    for _ in range(20):
        for call in PUSHES:
            live.apply(call)
        longest = max(longest, len(live.capture()))
        live.apply(RESET)
    assert live.capture() == live.capture_alone()
    assert len(live.capture()) < longest
    assert same_answers(live, restored(EPISODE_JOURNAL, REWOUND, live.capture()), EPISODES)


@pytest.mark.parametrize("bound", ["LARGEST_EARLIER_BYTES", "LONGEST_EARLIER_S"])
def test_earlier_calls_stay_where_an_episode_is_not_exact_without_them(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(episode_journal, bound, 0)
    live = adopted(EPISODE_JOURNAL, LASTING, THREE)
    assert not live.core.restarts
    assert len(live.calls) == len(THREE)
    assert same_answers(live, restored(EPISODE_JOURNAL, LASTING, live.capture()), [*PUSHES, RESET, *PUSHES])


def test_earlier_calls_stay_where_no_other_environment_can_be_made_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reset itself needs none."""
    live = adopted(EPISODE_JOURNAL, REWOUND, THREE)
    monkeypatch.setattr(episode_journal, "LONGEST_EARLIER_S", 0)

    def refuses(recipe: Recipe) -> Any:
        raise NotCreatable("no memory")

    with monkeypatch.context() as full:
        full.setattr(replay, "make", refuses)
        live.apply(RESET)
    assert live.core.whole
    assert same_answers(live, restored(EPISODE_JOURNAL, REWOUND, live.capture()), EPISODES)


def test_a_journal_of_all_calls_that_is_full_says_to_create_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    live = adopted(EPISODE_JOURNAL, LASTING, THREE)
    other = restored(EPISODE_JOURNAL, LASTING, live.capture())
    monkeypatch.setattr(replay, "LARGEST_JOURNAL_BYTES", 100)
    for call in (RESET, PUSHES[0]):
        with pytest.raises(JournalFull, match=r"calls since it was made.*; create it anew"):
            other.apply(call)


def test_where_the_earlier_calls_were_let_go_it_is_refused() -> None:
    """Never restored inexactly."""
    live = adopted(EPISODE_JOURNAL, LASTING, THREE)
    with pytest.raises(SnapshotDiverged, match=r"came out differently.*Restore an earlier checkpoint"):
        restored(EPISODE_JOURNAL, LASTING, live.capture_alone())


def test_where_all_calls_come_out_differently_too_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    live = adopted(EPISODE_JOURNAL, REWOUND, THREE)
    monkeypatch.setattr(Rewound, "pull", 0.8)
    with pytest.raises(SnapshotDiverged, match=r"came out differently"):
        restored(EPISODE_JOURNAL, REWOUND, live.capture())


def test_what_an_episode_left_in_plain_attributes_is_carried() -> None:
    """Such as the last action, which is drawn after a reset too."""
    recipe = Recipe("test/Remembering-v0", render_mode="ansi")
    live = adopted(EPISODE_JOURNAL, recipe, [*THREE, RESET])
    other = restored(EPISODE_JOURNAL, recipe, live.capture_alone())
    assert "told (array" in other.apply(Render())
    assert same_answers(live, other, [*PUSHES[:2], Render(), Reset(2), Render()])


def test_a_copy_that_draws_otherwise_is_compared_by_its_replies() -> None:
    """Films are made of copies that draw, and how it draws is an attribute."""
    live = adopted(EPISODE_JOURNAL, Recipe("test/Rewound-v0"), THREE)
    other = restored(EPISODE_JOURNAL, REWOUND, live.capture())
    assert other.apply(Render()).startswith("at ")
    assert same_answers(live, other, EPISODES[:5])


@pytest.mark.parametrize("tail", [[], [False], [False, [1]], [None, None], [False, [b"", b"", 0]]])
def test_a_body_of_another_form_is_corrupt(tail: list[Any]) -> None:
    live = adopted(EPISODE_JOURNAL, REWOUND, THREE)
    *journal, _whole, _earlier = plain.loads(live.capture())
    with pytest.raises(SnapshotCorrupt, match="not of the form"):
        live.restore(plain.dumps([*journal, *tail]))


def test_every_reply_of_the_episode_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last alone may be right by chance."""
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1), *PUSHES, RESET, *PUSHES[:3]])
    body, first = live.capture_alone(), True

    def told_apart(result: Any) -> str:
        nonlocal first
        found, first = ("another" if first else digest(result)), False
        return found

    other = adopted(EPISODE_JOURNAL, REWOUND)
    monkeypatch.setattr(journal, "digest", told_apart)
    with pytest.raises(SnapshotDiverged, match=r"came out differently"):
        other.restore(body)


def test_other_numbers_of_generators_are_told_at_a_restore() -> None:
    recipe = Recipe("test/Multiplying-v0")
    live = adopted(EPISODE_JOURNAL, recipe, [Reset(1), PUSHES[0], RESET])
    with pytest.raises(SnapshotDiverged, match=r"more or fewer generators"):
        restored(EPISODE_JOURNAL, recipe, live.capture_alone())


def test_what_an_episode_sets_in_the_process_keeps_the_journal_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next episode has it too."""

    def step(self: Any, action: Any) -> Any:
        np.seterr(all="raise")
        return stepped(self, action)

    stepped = Rewound.step
    monkeypatch.setattr(Rewound, "step", step)
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1), *PUSHES[:3], RESET, PUSHES[0]])
    assert len(live.calls) == 6
    assert not live.core.restarts
    assert same_answers(live, restored(EPISODE_JOURNAL, REWOUND, live.capture()), [*PUSHES, RESET, PUSHES[0]])
    assert np.geterr()["divide"] != "raise"
