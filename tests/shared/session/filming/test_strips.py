"""Pictures of an episode are kept as long as there is room, the least recently used go first."""

import pytest

from shared.frames import Picture
from shared.session.filming.strips import Frame, Strips
from shared.session.history.place import Place


def strip(count: int) -> list[Frame]:
    return [Frame(Place(step), 1, step, Picture("image/jpeg", bytes(100))) for step in range(count)]


def test_a_longer_strip_takes_the_place_of_a_shorter_one() -> None:
    strips = Strips()
    strips.add("a", strip(3))
    strips.add("a", strip(2))
    assert len(strips.of("a")) == 3
    strips.add("a", strip(4))
    assert len(strips.of("a")) == 4
    strips.clear()
    assert strips.of("a") == []


def test_the_least_recently_used_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.filming.strips._MOST_BYTES", 3000)
    strips = Strips()
    strips.add("a", strip(4))
    strips.add("b", strip(4))
    strips.of("a")
    strips.add("c", strip(4))
    assert [len(strips.of(name)) for name in "abc"] == [4, 0, 4]
