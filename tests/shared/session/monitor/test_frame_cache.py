"""Pictures are kept for those who ask again, and no more of them than there is room for."""

import msgspec
import pytest

from shared.frames import Picture, Thumbnail
from shared.session.monitor import frame_cache
from shared.session.monitor.frame_cache import FrameCache
from tests.shared.session.stored.test_envelope import HEADER

SMALL, LARGE = Thumbnail(100, 1_000), Thumbnail(200, 1_000)
PICTURE = Picture("image/jpeg", bytes(1_000))


def test_a_picture_is_of_one_snapshot_in_one_form() -> None:
    kept = FrameCache()
    kept.add(HEADER, SMALL, PICTURE)
    entry = kept.of(HEADER, Thumbnail(100, 1_000))
    assert entry is not None
    assert entry.picture == PICTURE
    assert kept.of(HEADER, LARGE) is None
    later = msgspec.structs.replace(HEADER, nonce=b"another.")
    assert kept.of(later, SMALL) is None
    assert kept.newest(later.reference, SMALL) == entry


def test_those_asked_for_longest_ago_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_cache, "_MOST_BYTES", 5_000)
    kept = FrameCache()
    headers = [msgspec.structs.replace(HEADER, instance_id=str(number)) for number in range(4)]
    for header in headers[:3]:
        kept.add(header, SMALL, PICTURE)
    assert kept.of(headers[0], SMALL) is not None
    kept.add(headers[3], SMALL, PICTURE)
    assert [kept.of(header, SMALL) is not None for header in headers] == [True, False, True, True]
    for _ in range(10):
        kept.add(headers[3], SMALL, PICTURE)
    assert kept.of(headers[0], SMALL) is not None, "a picture takes the place of the earlier one"
