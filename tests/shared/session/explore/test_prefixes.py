"""Sequences that begin alike follow each other, and it is known where they part."""

import random

from shared.session.explore.prefixes import Prefixes


def key(text: str) -> tuple[bytes, ...]:
    return tuple(each.encode() for each in text)


def test_sequences_are_in_an_order_in_which_each_shares_the_most_with_the_one_before() -> None:
    texts = ["abc", "xyz", "abd", "abc", "axx"]
    prefixes = Prefixes([*map(key, texts)], len(texts))
    assert [texts[index] for index in prefixes.order] == ["abc", "abc", "abd", "axx", "xyz"]
    assert [prefixes.shared(place) for place in range(5)] == [0, 3, 2, 1, 0]


def test_without_keys_the_order_is_as_given_and_nothing_is_shared() -> None:
    prefixes = Prefixes(None, 3)
    assert prefixes.order == [0, 1, 2]
    assert [prefixes.shared(place) for place in range(3)] == [0, 0, 0]
    assert prefixes.branches(0, 0) == []


def test_branches_are_where_later_sequences_leave_one_that_nothing_else_has_left_before() -> None:
    texts = ["aaaa", "aaab", "aabb", "abbb"]
    prefixes = Prefixes([*map(key, texts)], 4)
    assert prefixes.branches(0, 0) == [1, 2, 3]
    assert prefixes.branches(0, 1) == [2, 3]
    assert prefixes.branches(1, 0) == [1, 2]
    assert prefixes.branches(3, 0) == []


def test_walking_by_the_branches_reaches_every_sequence_from_a_state_of_its_own_beginning() -> None:
    drawn = random.Random(3)
    texts = ["".join(drawn.choice("ab") for _ in range(6)) for _ in range(200)]
    prefixes = Prefixes([*map(key, texts)], len(texts))
    marks: list[str] = []
    for place, index in enumerate(prefixes.order):
        while marks and len(marks[-1]) > prefixes.shared(place):
            marks.pop()
        begun = marks[-1] if marks else ""
        assert texts[index].startswith(begun)
        assert len(begun) == prefixes.shared(place) or prefixes.shared(place) == 6
        marks += [texts[index][:depth] for depth in prefixes.branches(place, len(begun)) if depth < 6]
