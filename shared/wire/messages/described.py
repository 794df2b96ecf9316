"""What the OpenAPI document says of a member, where its module is to do without pydantic's `Field`."""

from typing import Any, NamedTuple


class Described(NamedTuple):
    """An annotation: the member's description and examples."""

    description: str
    examples: tuple[Any, ...]

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """The member's JSON Schema, which pydantic asks for by this name."""
        return {**handler(core_schema), "description": self.description, "examples": [*self.examples]}
