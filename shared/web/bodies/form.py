"""The form of a body as an endpoint declares it, and what reads a body of it.

pydantic reads bodies, and says what is wrong with one. To import it is a quarter of a function's cold start, and
a step has one member that may be anything. So msgspec reads a form that has nothing to be checked, as long as both
read the same. What it refuses is left to pydantic.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

import msgspec

if TYPE_CHECKING:
    from shared.web.bodies.validation import Validator


class Unchecked(NamedTuple):
    """What reads bodies of a form whose members may be anything; raises ValueError where pydantic has to."""

    from_json: Callable[[bytes], Any]
    """Of ASCII that is nested less than 200 deep: pydantic refuses some other text in a member that is skipped."""
    from_python: Callable[[Any], Any]
    """Of what was parsed."""


class BodyForm:
    """The form of one endpoint's bodies: a model of pydantic's, or a dataclass whose members may be anything."""

    def __init__(self, declared: Any) -> None:
        self._declared = declared
        self.unchecked = _unchecked(declared) if is_dataclass(declared) else None

    @cached_property
    def validator(self) -> "Validator":
        """Reads any body of the form, and says what is wrong with others."""
        from shared.web.bodies.validation import Validator

        return Validator(self._declared)


def _unchecked(declared: Any) -> Unchecked:
    checked = [name for name, kind in get_type_hints(declared).items() if kind is not Any]
    if checked:
        raise TypeError(f"{declared.__name__} has members that are to be checked: {', '.join(checked)}")
    return Unchecked(msgspec.json.Decoder(declared).decode, partial(msgspec.convert, type=declared))
