"""The forms that a described space has, told apart by `name`; what `spaces.describe` makes, as types.

Arrays are nested lists in JSON and typed arrays in the other forms. `shape` is null where members are no arrays.
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
    """Arrays between `low` and `high`, which have the shape; infinite bounds are words in JSON."""

    name: Literal["Box"]
    shape: list[int]
    dtype: str
    low: Any
    high: Any
    bounded_below: NotRequired[Any]
    bounded_above: NotRequired[Any]


class MultiBinarySpace(TypedDict):
    """Arrays of 0 and 1; `n` is a length, or a list for several axes."""

    name: Literal["MultiBinary"]
    shape: list[int]
    dtype: str
    n: int | list[int]


class MultiDiscreteSpace(TypedDict):
    """Arrays whose items are `nvec` integers each, from `start`."""

    name: Literal["MultiDiscrete"]
    shape: list[int]
    dtype: str
    nvec: Any
    start: Any


class TextSpace(TypedDict):
    """Texts of the characters of `charset`."""

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
    """A member of one of the spaces, after that one's index."""

    name: Literal["OneOf"]
    shape: None
    spaces: list["SpaceReply"]


class DictSpace(TypedDict):
    """A member of each of the spaces by its key; `keys` are in the space's order, integers as such."""

    name: Literal["Dict"]
    shape: None
    spaces: dict[str, "SpaceReply"]
    keys: list[str | int]


class SequenceSpace(TypedDict):
    """Any number of members of one space, stacked or not."""

    name: Literal["Sequence"]
    shape: None
    feature_space: "SpaceReply"
    stack: bool


class GraphSpace(TypedDict):
    """Nodes, and edges where these have a space."""

    name: Literal["Graph"]
    shape: None
    node_space: "SpaceReply"
    edge_space: "SpaceReply | None"


class OtherSpace(TypedDict):
    """A space of a class that Gymnasium does not have, under that class's name."""

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
