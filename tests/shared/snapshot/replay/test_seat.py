"""Whoever takes the one seat sends to sleep who had it."""

from shared.snapshot.replay.seat import Seat


class Sitter:
    """Counts how often it was sent to sleep."""

    def __init__(self) -> None:
        self.slept = 0

    def sleep(self) -> None:
        self.slept += 1


def test_who_takes_the_seat_sends_to_sleep_who_had_it() -> None:
    seat, one, other = Seat(), Sitter(), Sitter()
    with seat.taken_by(one):
        pass
    with seat.taken_by(one):
        assert one.slept == 0
    with seat.taken_by(other):
        assert (one.slept, other.slept) == (1, 0)


def test_who_has_left_the_seat_is_left_alone() -> None:
    seat, one, other = Seat(), Sitter(), Sitter()
    with seat.taken_by(one):
        pass
    seat.left_by(other)
    seat.left_by(one)
    with seat.taken_by(other):
        assert one.slept == 0
