"""Query parameters as the OpenAPI document describes them. Handlers read them on their own."""

from typing import Any, NamedTuple


class QueryParameter(NamedTuple):
    """An optional parameter of a declared type."""

    description: str
    type: Any
    """Its type, such as `Literal["lists", "base64"]`. Any other value is an InvalidValue."""
