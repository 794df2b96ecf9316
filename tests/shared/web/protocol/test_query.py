"""A whole number in a query is one of its range, in ASCII digits."""

import pytest

from shared.errors import InvalidValue
from shared.web.protocol.query import whole_number


def test_a_number_of_the_range_is_taken_and_a_missing_one_replaced() -> None:
    assert whole_number("limit", "7", 1, 9, 5) == 7
    assert whole_number("limit", None, 1, 9, 5) == 5


@pytest.mark.parametrize("sent", ["", "0", "10", "-1", "+1", "1.0", "1e0", " 1", "٣", "0" * 5000 + "1"])
def test_everything_else_is_refused_with_the_range(sent: str) -> None:
    with pytest.raises(InvalidValue, match=r"limit is .*from 1 to 9"):
        whole_number("limit", sent, 1, 9, 5)
