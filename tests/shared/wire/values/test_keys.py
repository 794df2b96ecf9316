"""Keys that are more than text and integers are told as these."""

import enum

import pytest

from shared.wire.values.keys import key_of, value_of


class Word(str, enum.Enum):  # noqa: UP042  as packages of before Python 3.11 write it
    POSITION = "pos"


class Number(enum.IntEnum):
    FIRST = 1


class Plain(enum.Enum):
    NORTH = "north"
    PAIR = (1, 2)


class Loud(str):
    def __str__(self) -> str:
        return "LOUD"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("a", "a"),
        (3, 3),
        (True, True),
        (Word.POSITION, "pos"),
        (Number.FIRST, 1),
        (Plain.NORTH, "north"),
        (Plain.PAIR, "(1, 2)"),
        (Loud("quiet"), "quiet"),
        (("a", 1), "('a', 1)"),
    ],
)
def test_a_key_is_told_as_plain_text_or_an_integer(key: object, told: str | int) -> None:
    assert (type(key_of(key)), key_of(key)) == (type(told), told)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ((0, (1, "a")), (0, (1, "a"))),
        (0.5, 0.5),
        (None, None),
        (b"a", b"a"),
        (Plain.PAIR, (1, 2)),
        ((Word.POSITION,), ("pos",)),
        (frozenset({1}), "frozenset({1})"),
        (Loud("quiet"), "quiet"),
    ],
)
def test_a_key_is_itself_where_a_client_can_have_an_equal_one(key: object, value: object) -> None:
    assert (type(value_of(key)), value_of(key)) == (type(value), value)
