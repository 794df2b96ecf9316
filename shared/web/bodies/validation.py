"""A body as pydantic reads it, and what it finds wrong, as the problem that a client is told."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.errors import InvalidRequest

_MOST_PLACES = 20

_BRANCH = re.compile(r"(function-\w+|constrained-\w+|nullable|list|tuple|dict)[\[-].*|constrained-\w+", re.DOTALL)
"""What pydantic puts into a place for the branch of a union: `function-before[_seed(), constrained-int]`."""

_OWN_WORDS = "Value error, "
"""What pydantic puts before the words of our own validators."""


class Validator:
    """Reads bodies of one declared form."""

    def __init__(self, declared: Any) -> None:
        self.adapter: TypeAdapter[Any] = TypeAdapter(declared)

    def from_json(self, text: bytes) -> Any:
        """The value of a body in JSON.

        Raises:
            InvalidRequest: it is no JSON, or not of the form.
        """
        try:
            return self.adapter.validate_json(text)
        except ValidationError as error:
            raise invalid_request(error) from None

    def from_python(self, parsed: Any) -> Any:
        """The value of a body that was parsed.

        Raises:
            InvalidRequest: it is not of the form.
        """
        try:
            return self.adapter.validate_python(parsed)
        except ValidationError as error:
            raise invalid_request(error) from None


def invalid_request(error: ValidationError) -> InvalidRequest:
    """The error for a client: the first fault in a sentence, and the places of all of them, 20 at most."""
    return InvalidRequest(sentence(error), errors=_places(error))


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong with a body, with its place and the value that was sent."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, _place(first["loc"])))
    sent = "" if first["type"] in ("missing", "json_invalid") else f" (sent: {repr(first['input'])[:80]})"
    return f"{place}: {first['msg'].removeprefix(_OWN_WORDS)}{sent}."


def _places(error: ValidationError) -> list[dict[str, Any]]:
    return [
        {"loc": _place(each["loc"]), "msg": each["msg"].removeprefix(_OWN_WORDS), "type": each["type"]}
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_PLACES]
    ]


def _place(loc: Iterable[int | str]) -> list[int | str]:
    """The members and indices that lead to what is wrong, as the client wrote them."""
    return ["body", *(each for each in loc if isinstance(each, int) or not _BRANCH.fullmatch(each))]
