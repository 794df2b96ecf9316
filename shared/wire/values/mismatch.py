"""Why a value is not a member of a space, and where in a nested value the part is that does not fit."""

import json
from typing import Any

import gymnasium

from shared.errors import InvalidAction
from shared.wire.values.abbreviation import abbreviated

_SPACE_LENGTH = 160
"""Characters of a space's text in a message."""


class Mismatch(Exception):
    """A value is not a member of its space.

    `why` is a clause without a full stop. `path` leads from the innermost part outwards. `value` and `space` are
    those of the innermost part, which the first handler notes.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.path: list[str | int] = []
        self.value: Any = None
        self.space: gymnasium.Space[Any] | None = None

    def note(self, value: Any, space: gymnasium.Space[Any]) -> None:
        """Keep the value and the space, unless those of an inner part are kept already."""
        if self.space is None:
            self.value, self.space = value, space

    def as_invalid_action(self, called: str, value: Any, space: gymnasium.Space[Any]) -> InvalidAction:
        """The error for the client; its evidence is the whole `value` and the text of the whole `space`."""
        self.note(value, space)
        place = called + "".join(f"[{json.dumps(part)}]" for part in reversed(self.path))
        inner = " ".join(str(self.space).split())
        if len(inner) > _SPACE_LENGTH:
            inner = f"{inner[:_SPACE_LENGTH]}..."
        return InvalidAction(
            f"{place} is {abbreviated(self.value)}, which {inner} does not contain: {self.why}.",
            action=value,
            space=str(space),
        )
