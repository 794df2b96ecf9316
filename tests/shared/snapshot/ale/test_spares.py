"""A loaded game is used again."""

import pytest

from shared.errors import SnapshotDiverged
from shared.snapshot.ale.mechanism import ALE
from shared.snapshot.contract.calls import Step
from shared.snapshot.contract.recipe import Recipe
from tests.shared.snapshot.ale.subjects import (
    play,
    prepare,
    subject_of,
)

pytest.importorskip("ale_py")


@pytest.fixture(autouse=True)
def _prepared() -> None:
    prepare()


def test_a_closed_environment_is_taken_up_again_by_an_equal_recipe() -> None:
    """Whatever its seed was, and not by a vector or another recipe."""
    subject = subject_of("ALE/Freeway-v5", 3)
    play(subject, 20)
    body, expected = subject.capture(), play(subject, 10)
    subject.close()
    subject.close()
    assert ALE.rebuild(Recipe("ALE/Freeway-v5", render_mode="rgb_array")) is None
    assert ALE.rebuild(Recipe("ALE/Freeway-v5", num_envs=2)) is None
    again = ALE.rebuild(Recipe("ALE/Freeway-v5", seed=9))
    assert again is subject
    assert ALE.rebuild(Recipe("ALE/Freeway-v5", seed=9)) is None
    again.restore(body)
    assert play(again, 10) == expected


def test_an_environment_in_which_a_call_failed_is_not_taken_up_again() -> None:
    """Nobody knows in what state it was left."""
    body = subject_of("ALE/Freeway-v5", 3, obs_type="ram").capture()
    stepped, restored = (subject_of("ALE/Freeway-v5", 3, obs_type="ram") for _ in range(2))
    with pytest.raises(TypeError):
        stepped.apply(Step("up"))
    with pytest.raises(SnapshotDiverged):
        restored.restore(body[:-1] + b"?")
    for subject in (stepped, restored):
        subject.close()
        assert ALE.rebuild(subject.recipe) is None


def test_no_more_than_eight_closed_environments_are_kept() -> None:
    """The longest unused goes first."""
    subject = subject_of("ALE/Skiing-v5")
    subject.close()
    others = [subject_of("ALE/Pong-v5", obs_type="ram") for _ in range(8)]
    for other in others:
        other.close()
    assert ALE.rebuild(Recipe("ALE/Skiing-v5")) is None
    kept = [ALE.rebuild(other.recipe) for other in others]
    assert kept == others[::-1]
