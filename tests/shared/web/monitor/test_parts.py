"""Parts are framed by their lengths, and a cursor says which revisions a reader has seen."""

import io
import json
from datetime import UTC, datetime

import msgspec
import pytest

from shared.errors import InvalidValue
from shared.frames import Picture
from shared.session.monitor.feed import FeedItem
from shared.web.monitor.parts import clock_part, cursor_of, part, revisions
from tests.feed_parts import Part, parts_from
from tests.shared.session.stored.test_envelope import HEADER

ID = HEADER.instance_id
OTHER = "0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42"
PICTURE = Picture("image/jpeg", b"\xff\xd8\xff")


def only(encoded: bytes) -> Part:
    [found] = parts_from(io.BytesIO(encoded).read)
    return found


def test_a_part_is_two_lengths_and_what_they_measure() -> None:
    metadata = b'{"instance_id":"%s","gone":true}' % OTHER.encode()
    assert part(FeedItem(OTHER)) == len(metadata).to_bytes(4) + metadata + bytes(4)


def test_an_instance_is_told_by_its_record_and_its_picture() -> None:
    told, picture = only(part(FeedItem(ID, HEADER, PICTURE)))
    assert picture == PICTURE.content
    assert told == {
        "instance_id": ID,
        "env_id": "CartPole-v1",
        "render_mode": None,
        "episode": 2,
        "steps": 5,
        "episode_return": -1.5,
        "ended": True,
        "created": "1970-01-01T00:00:01.500000+00:00",
        "used": "1970-01-01T00:00:02.500000+00:00",
        "revision": 7,
        "content_type": "image/jpeg",
        "trouble": None,
    }


def test_a_return_that_json_has_no_number_for_is_a_word() -> None:
    progress = msgspec.structs.replace(HEADER.progress, episode_return=float("-inf"))
    told, _ = only(part(FeedItem(ID, msgspec.structs.replace(HEADER, progress=progress))))
    assert told["episode_return"] == "-Infinity"


def test_an_instance_that_cannot_be_read_says_why_and_is_not_gone() -> None:
    assert only(part(FeedItem(ID, trouble="corrupt"))).told == {"instance_id": ID, "trouble": "corrupt"}


def test_a_clock_has_the_time_and_a_cursor_where_there_is_one() -> None:
    told = only(clock_part()).told
    assert [*told] == ["now"]
    assert abs((datetime.now(UTC) - datetime.fromisoformat(told["now"])).total_seconds()) < 60
    assert only(clock_part("a-1")).told["cursor"] == "a-1"


def test_a_cursor_leads_back_to_the_revisions_that_were_known_or_told() -> None:
    cursor = cursor_of({ID: 3, OTHER: 4}, [FeedItem(ID, HEADER), FeedItem("gone")])
    assert cursor == "5f0c7f1c-7.0a9b2c1e-4"
    assert revisions(cursor, [ID, OTHER, "11111111-x"]) == {ID: 7, OTHER: 4}


def test_an_empty_cursor_has_seen_nothing() -> None:
    assert cursor_of({}, []) == ""
    assert revisions("", [ID]) == {}


@pytest.mark.parametrize(
    "cursor", ["yesterday", ".", "5f0c7f1c-", "5f0c7f1c-7.", "5F0C7F1C-7", f"5f0c7f1c-{'9' * 19}", json.dumps({})]
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidValue):
        revisions(cursor, [ID])
