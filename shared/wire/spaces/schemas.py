"""Types for the descriptions of spaces, one for each `name`, as `description.describe` makes them.

Arrays are nested lists in JSON and typed arrays in other forms. `shape` is null where members are not arrays.
"""

from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,  # pydantic wants these before Python 3.12
)

from pydantic import Field
from typing_extensions import TypedDict


class DiscreteSpace(TypedDict):
    """`n` integers from `start`."""

    name: Literal["Discrete"]
    shape: list[int]
    dtype: str
    n: int
    start: int


class BoxSpace(TypedDict):
    """Arrays between `low` and `high`, which have the same shape. Infinite bounds are words in JSON."""

    name: Literal["Box"]
    shape: list[int]
    dtype: str
    low: Any
    high: Any
    bounded_below: NotRequired[Any]
    bounded_above: NotRequired[Any]


class MultiBinarySpace(TypedDict):
    """Arrays of 0 and 1. `n` is a length, or a list for several axes."""

    name: Literal["MultiBinary"]
    shape: list[int]
    dtype: str
    n: int | list[int]


class MultiDiscreteSpace(TypedDict):
    """Arrays of integers. Each element has `nvec` values, from `start`."""

    name: Literal["MultiDiscrete"]
    shape: list[int]
    dtype: str
    nvec: Any
    start: Any


class TextSpace(TypedDict):
    """Strings of the characters in `charset`."""

    name: Literal["Text"]
    shape: None
    min_length: int
    max_length: int
    charset: str


class TupleSpace(TypedDict):
    """A member of each of the spaces, in order."""

    name: Literal["Tuple"]
    shape: None
    spaces: list["SpaceReply"]


class OneOfSpace(TypedDict):
    """A member of one of the spaces, with the index of that space before it."""

    name: Literal["OneOf"]
    shape: None
    spaces: list["SpaceReply"]


class DictSpace(TypedDict):
    """A member of each of the spaces, by key. `keys` are in the space's order, and may be integers.

    `key_values` are what the keys are where some are neither text nor integers, with lists for tuples.
    """

    name: Literal["Dict"]
    shape: None
    spaces: dict[str, "SpaceReply"]
    keys: list[str | int]
    key_values: NotRequired[list[Any]]


class SequenceSpace(TypedDict):
    """Any number of members of one space, stacked or not."""

    name: Literal["Sequence"]
    shape: None
    feature_space: "SpaceReply"
    stack: bool


class GraphSpace(TypedDict):
    """Nodes, and edges if there is a space for them."""

    name: Literal["Graph"]
    shape: None
    node_space: "SpaceReply"
    edge_space: "SpaceReply | None"


class OtherSpace(TypedDict):
    """A space of a class outside Gymnasium, under the name of that class."""

    name: str
    shape: list[int] | None
    dtype: str | None


KnownSpace = Annotated[
    DiscreteSpace
    | BoxSpace
    | MultiBinarySpace
    | MultiDiscreteSpace
    | TextSpace
    | TupleSpace
    | OneOfSpace
    | DictSpace
    | SequenceSpace
    | GraphSpace,
    Field(discriminator="name"),
]

SpaceReply = KnownSpace | OtherSpace
"""A space without loss."""
