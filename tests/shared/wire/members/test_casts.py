"""The cast of a space is that of its nearest Gymnasium class, and a subclass is asked too."""

from typing import Any

import numpy as np
import pytest
from gymnasium import Space, spaces

from shared.wire.members.casts import cast_of
from shared.wire.values.mismatch import Mismatch


class Even(spaces.Discrete):
    def contains(self, x: Any) -> bool:
        return super().contains(x) and int(x) % 2 == 0


class Vectors(Space[Any]):
    """A kind that Gymnasium does not have, of arrays."""

    def contains(self, x: Any) -> bool:
        return isinstance(x, np.ndarray) and bool(x.sum() == 0)


class Words(Space[Any]):
    """A kind that Gymnasium does not have, of anything."""

    def contains(self, x: Any) -> bool:
        return bool(x == "word")


def test_a_subclass_may_contain_fewer_than_its_parent() -> None:
    assert cast_of(Even(5))(2) == 2
    with pytest.raises(Mismatch, match="the space itself"):
        cast_of(Even(5))(3)


def test_a_kind_with_a_shape_and_a_dtype_is_asked_about_an_array() -> None:
    space = Vectors((2,), np.float64)
    assert cast_of(space)([1, -1]).tolist() == [1.0, -1.0]
    with pytest.raises(Mismatch):
        cast_of(space)([1, 1])


def test_another_kind_is_asked_about_what_was_sent() -> None:
    assert cast_of(Words())("word") == "word"
    with pytest.raises(Mismatch):
        cast_of(Words())("other")


@pytest.mark.parametrize(
    "raw", [1, 1.0, True, np.int8(1), np.array(1), {"dtype": "int8", "shape": [], "data": b"\1"}]
)
def test_an_integer_may_come_in_any_form(raw: Any) -> None:
    found = cast_of(spaces.Discrete(3))(raw)
    assert (type(found), found) == (np.int64, 1)


@pytest.mark.parametrize("raw", [3, -1, 0.5, "1", None, [1], 2**70])
def test_what_is_no_member_of_a_discrete_space_is_refused(raw: Any) -> None:
    with pytest.raises(Mismatch):
        cast_of(spaces.Discrete(3))(raw)
