"""Query parameters as the document tells of them; the handlers read them."""

from typing import Any, NamedTuple


class QueryParameter(NamedTuple):
    """An optional parameter of one of certain values."""

    description: str
    type: Any
    """What it may be, such as `Literal["lists", "base64"]`; anything else is an InvalidValue."""
