"""A result that cannot be told is refused with the place of the part that cannot."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import NotEncodable, ReplyTooLarge
from shared.session.live.telling import refusal
from shared.wire.values.forms import encode


class Mute:
    """An object that has no text."""

    def __str__(self) -> str:
        raise SystemExit("no text")


def told(encode: Callable[[Any], Any], result: Any) -> Any:
    try:
        return encode(result)
    except BaseException as error:
        raise refusal(encode, result, error) from error


def test_the_innermost_part_that_cannot_be_told_is_named() -> None:
    result = {"observation": [1], "info": {"map": [1, {"door": Mute()}]}}
    with pytest.raises(NotEncodable, match="SystemExit: no text") as refused:
        told(encode, result)
    assert refused.value.evidence["field"] == "info['map'][1]['door']"
    assert "The environment's info['map'][1]['door'] cannot be told" in refused.value.detail


def test_a_value_that_contains_itself_is_told_by_the_field_that_does() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(NotEncodable, match=r"The environment's info\['cycle'\].* containing itself"):
        told(encode, {"observation": 0, "info": {"cycle": cycle}})


def test_what_is_refused_as_too_long_is_told_as_that() -> None:
    def too_long(result: Any) -> Any:
        raise ReplyTooLarge("too long", limit=1)

    with pytest.raises(ReplyTooLarge):
        told(too_long, {"a": 1})
