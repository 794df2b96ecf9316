"""What a monitor keeps is bounded, and nothing is added once it stopped."""

from shared.session.stored.statistics import LATEST_EPISODES, Statistics


def test_the_last_episodes_are_kept_and_all_are_counted() -> None:
    kept = Statistics()
    for steps in range(LATEST_EPISODES + 5):
        kept = kept.after(steps, 1.0)
    assert kept.episodes == LATEST_EPISODES + 5
    assert [each.steps for each in kept.latest] == [*range(5, LATEST_EPISODES + 5)]


def test_a_stopped_monitor_keeps_what_it_has() -> None:
    kept = Statistics().after(1, 1.0).stopped()
    assert kept.after(2, 2.0) == kept
    assert kept.resumed().after(2, 2.0).episodes == 2
