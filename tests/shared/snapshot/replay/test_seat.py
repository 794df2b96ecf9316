"""Whoever takes the one seat sends to sleep who had it."""

from shared.snapshot.replay.seat import Seat

KIND, OTHER_KIND = b"a", b"b"


class Sitter:
    """Counts how often it was sent to sleep."""

    def __init__(self) -> None:
        self.slept = 0

    def sleep(self) -> None:
        self.slept += 1


class Engine:
    """Tells whether it lives."""

    def __init__(self) -> None:
        self.lives = True

    def let_go(self) -> None:
        self.lives = False


def test_who_takes_the_seat_sends_to_sleep_who_had_it() -> None:
    seat: Seat[Engine] = Seat()
    one, other = Sitter(), Sitter()
    with seat.taken_by(one):
        pass
    with seat.taken_by(one):
        assert one.slept == 0
    with seat.taken_by(other):
        assert (one.slept, other.slept) == (1, 0)


def test_who_has_left_the_seat_is_left_alone() -> None:
    seat: Seat[Engine] = Seat()
    one, other = Sitter(), Sitter()
    with seat.taken_by(one):
        pass
    seat.left_by(other)
    seat.left_by(one)
    with seat.taken_by(other):
        assert one.slept == 0


def test_an_engine_that_was_left_is_given_once_to_one_of_its_kind() -> None:
    seat, engine = Seat[Engine](), Engine()
    seat.leave(KIND, engine)
    assert seat.left_for(KIND) is engine
    assert seat.left_for(KIND) is None
    assert engine.lives


def test_an_engine_that_was_left_ends_where_one_of_another_kind_comes() -> None:
    seat, engine = Seat[Engine](), Engine()
    seat.leave(KIND, engine)
    assert seat.left_for(OTHER_KIND) is None
    assert not engine.lives
    assert seat.left_for(KIND) is None
