"""What ALE serializes is cut at the right places, and refused where the places are not known."""

from typing import Any

import pytest

from shared.snapshot.ale.generator import is_fresh, words
from shared.snapshot.ale.system_state import SystemState, UnknownLayout
from tests.shared.snapshot.ale.subjects import emulator_of, play, prepare, subject_of

pytest.importorskip("ale_py")


@pytest.fixture(scope="module")
def pong() -> bytes:
    """What ALE serializes of a game under way."""
    prepare()
    subject = subject_of("ALE/Pong-v5", 3)
    play(subject, 20)
    found: bytes = emulator_of(subject).ale.cloneSystemState().serialize()
    return found


def test_a_state_that_is_cut_is_put_together_again(pong: bytes) -> None:
    assert SystemState.of(pong).serialized() == pong


def test_both_generators_are_found(pong: bytes) -> None:
    """That of sticky actions has been drawn from, and the console's own only in a reset."""
    state = SystemState.of(pong)
    assert not is_fresh(state.generator)
    assert len(words(state.generator)) == len(words(state.system_generator)) == 625


def test_a_state_of_the_same_game_is_accepted_and_one_of_another_is_not(pong: bytes) -> None:
    state = SystemState.of(pong)
    state.check(state)
    other = emulator_of(subject_of("ALE/Breakout-v5", 3)).state()
    with pytest.raises(UnknownLayout, match="of another game"):
        state.check(other)


@pytest.mark.parametrize("part", [b"System", b"M6502Low", b"M6532", b"TIA"])
def test_a_state_without_a_part_in_its_place_is_refused(part: bytes, pong: bytes) -> None:
    """ALE itself would take in what comes before it."""
    state = SystemState.of(pong.replace(part, part[::-1]))
    with pytest.raises(UnknownLayout, match=f"no {part.decode()} where ALE puts it"):
        state.check(state)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda whole: b"", "no generator"),
        (lambda whole: whole[:-4], "no generator"),
        (lambda whole: whole + b"\0", "no generator"),
        (lambda whole: whole[: len(whole) // 2], "no generator"),
    ],
)
def test_bytes_that_do_not_end_with_a_generator_are_refused(broken: Any, message: str, pong: bytes) -> None:
    with pytest.raises(UnknownLayout, match=message):
        SystemState.of(broken(pong))


def test_a_state_that_ends_before_its_parts_do_is_refused(pong: bytes) -> None:
    state = SystemState.of(pong)
    with pytest.raises(UnknownLayout, match="ends before"):
        state._replace(head=state.head[:26]).check(state)


def test_a_settled_state_changes_nothing_but_what_runs_a_program(pong: bytes) -> None:
    """RAM, the program counter and the processor's status; the restore that follows puts them back."""
    state = SystemState.of(pong)
    settled = state.settled(state.generator)
    changed = sum(one != other for one, other in zip(state.head, settled.head, strict=True))
    assert 0 < changed < 2 * 128
    assert (settled.generator, settled.tail) == (state.generator, state.tail)
