"""A place is named by a revision, or by a revision and a call in it."""

import pytest

from shared.errors import InvalidValue
from shared.session.history.place import Place


@pytest.mark.parametrize(("text", "place"), [("0", Place(0)), ("12", Place(12)), ("12.3", Place(12, 3))])
def test_a_place_is_read_as_it_is_told(text: str, place: Place) -> None:
    assert Place.parse(text) == place
    assert str(place) == text


@pytest.mark.parametrize("text", ["", "-1", "1.", ".1", "1.2.3", "1e3", "x", "\u0661", "1" * 17, "../1", " 1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="no place"):
        Place.parse(text)
