import json
import math
import warnings
from copy import deepcopy
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium import Space, spaces
from gymnasium.spaces import GraphInstance
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import InvalidAction
from shared.wire.members.members import caster, member, members
from shared.wire.spaces.description import describe, rebuild
from shared.wire.values.forms import JSON, JSON_BASE64, MSGPACK, Form, encode
from tests.shared.wire.strategies import any_space, junk, same, spoiled

MORE = 3 * settings().max_examples
"""Where most of what is drawn is much alike."""
FEWER = settings().max_examples // 2
"""Where each example is many members."""


def refused(space: Space[Any], raw: Any) -> str:
    with pytest.raises(InvalidAction) as caught:
        member(space, raw)
    return caught.value.detail


def through_json(value: Any, form: Form = JSON) -> Any:
    return json.loads(json.dumps(encode(value, form), allow_nan=False))


def through_msgpack(value: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(encode(value, MSGPACK)))


@settings(deadline=None)
@given(any_space, st.integers(0, 2**31))
def test_every_sample_comes_back_the_same(space: Space[Any], seed: int) -> None:
    space.seed(seed)
    sample = space.sample()
    for arrived in (through_json(sample), through_json(sample, JSON_BASE64), through_msgpack(sample)):
        assert same(sample, member(space, arrived))


@settings(deadline=None)
@given(any_space, st.integers(0, 2**31))
def test_a_rebuilt_space_reads_the_same_member(space: Space[Any], seed: int) -> None:
    space.seed(seed)
    sample = space.sample()
    assert same(sample, member(rebuild(through_json(describe(space))), through_json(sample)))


def unbounded(space: Space[Any]) -> Space[Any]:
    """The space with every Box in it as wide as its dtype."""
    match space:
        case spaces.Box():
            wide = deepcopy(space)
            least, most = (-np.inf, np.inf) if space.dtype.kind == "f" else (0, 1)
            if space.dtype.kind in "iu":
                least, most = np.iinfo(space.dtype).min, np.iinfo(space.dtype).max
            wide.low, wide.high = (np.full(space.shape, bound, space.dtype) for bound in (least, most))
            return wide
        case spaces.Tuple() | spaces.OneOf():
            return type(space)([unbounded(part) for part in space.spaces])
        case spaces.Dict():
            return spaces.Dict([(key, unbounded(part)) for key, part in space.spaces.items()])
        case spaces.Sequence():
            return spaces.Sequence(unbounded(space.feature_space), stack=space.stack)
        case spaces.Graph():
            edges = space.edge_space
            return spaces.Graph(unbounded(space.node_space), None if edges is None else unbounded(edges))
    return space


def assert_member_or_refusal(space: Space[Any], raw: Any) -> None:
    try:
        value = member(space, raw)
    except InvalidAction:
        return
    with warnings.catch_warnings():
        # Sequence.contains hands the numbers of a stacked 0-d Box to Box.contains, which warns.
        warnings.simplefilter("ignore")
        assert unbounded(space).contains(value)


@settings(deadline=None, max_examples=MORE)
@given(any_space, junk)
def test_junk_is_a_member_or_is_refused(space: Space[Any], raw: Any) -> None:
    assert_member_or_refusal(space, raw)


@settings(deadline=None, max_examples=MORE)
@given(any_space, st.data())
def test_a_spoiled_sample_is_a_member_or_is_refused(space: Space[Any], data: st.DataObject) -> None:
    space.seed(0)
    raw = data.draw(spoiled(through_json(space.sample())))
    assert_member_or_refusal(space, raw)


@settings(deadline=None)
@given(any_space, st.data())
def test_encoding_a_member_gives_what_was_sent(space: Space[Any], data: st.DataObject) -> None:
    space.seed(0)
    value = member(space, through_json(space.sample()))
    assert through_json(member(space, through_json(value))) == through_json(value)


@pytest.mark.parametrize("raw", [1, 1.0, True, np.int32(1), np.array(1), np.float32(1.0)])
def test_a_discrete_action_is_a_scalar_of_the_dtype(raw: Any) -> None:
    value = member(spaces.Discrete(2), raw)
    assert value == 1
    assert type(value) is np.int64


def test_a_typed_array_without_axes_is_a_discrete_action() -> None:
    raw = {"dtype": "int64", "shape": [], "data": "AQAAAAAAAAA="}
    assert member(spaces.Discrete(2), raw) == 1


def test_a_toy_text_environment_takes_what_is_cast() -> None:
    env = gymnasium.make("FrozenLake-v1", is_slippery=False)
    env.reset(seed=0)
    assert env.step(member(env.action_space, 1.0))[0] == 4


@pytest.mark.parametrize("raw", [2, -1, 0.5, "1", None, [1], math.nan, "NaN", 10**400, {"n": 1}, np.array([1])])
def test_what_a_discrete_space_does_not_contain_is_refused(raw: Any) -> None:
    refused(spaces.Discrete(2), raw)


def test_a_discrete_space_that_starts_elsewhere_counts_from_there() -> None:
    space = spaces.Discrete(3, start=-1)
    assert member(space, -1) == -1
    refused(space, 2)


def test_a_discrete_space_ends_at_its_dtype() -> None:
    space = spaces.Discrete(10, start=250, dtype=np.uint8)
    assert member(space, 255) == 255
    assert refused(space, 256) == (
        "action is 256, which Discrete(10, start=250, dtype=uint8) does not contain: "
        "it takes an integer from 250 to 255."
    )


def test_a_list_becomes_the_array_that_a_box_needs() -> None:
    value = member(spaces.Box(-2, 2, (2,)), [0.1, 1])
    assert isinstance(value, np.ndarray)
    assert value.dtype == np.float32
    assert value.tolist() == [float(np.float32(0.1)), 1.0]


def test_the_numbers_of_a_box_are_rounded_and_neither_clipped_nor_checked() -> None:
    [[one, other]] = member(spaces.Box(-2, 2, (1, 2)), [[0.1, 2.5]])
    assert (one, other) == (np.float32(0.1), 2.5)
    for space in (spaces.Box(0, 1, (2,)), BoxOfMine(0, 1, (2,))):
        assert member(space, ["-Infinity", 7]).tolist() == [-math.inf, 7.0]
        assert np.isnan(member(space, ["NaN", 0])[0])
    assert "a number in it is too large for float32" in refused(spaces.Box(0, 1, (1,)), [1e39])
    assert "a number in it does not fit uint8" in refused(spaces.Box(0, 9, (1,), np.uint8), [256])


class BoxOfMine(spaces.Box):
    """A class of another package."""


def test_what_is_no_number_is_in_no_box() -> None:
    space = spaces.Box(-math.inf, math.inf, (1,))
    assert "None is not a number" in refused(space, [None])
    assert "a list of shape [1] is needed" in refused(space, [1, 2])


def test_a_bare_number_fits_a_box_without_axes_only() -> None:
    assert member(spaces.Box(0, 1, ()), 0.5).shape == ()
    assert "such as [0.5]" in refused(spaces.Box(0, 1, (1,)), 0.5)


def test_a_member_is_a_fresh_array() -> None:
    space = spaces.Box(0, 1, (2,))
    given_array = np.array([0, 1], np.float32)
    value = member(space, given_array)
    value[0] = 1
    assert given_array[0] == 0


def test_a_multi_binary_takes_bools() -> None:
    value = member(spaces.MultiBinary(2), [True, 0])
    assert value.dtype == np.int8
    assert value.tolist() == [1, 0]
    refused(spaces.MultiBinary(2), [2, 0])


def test_a_multi_discrete_has_bounds_of_its_own_for_every_element() -> None:
    space = spaces.MultiDiscrete([2, 3], start=[0, 10])
    assert member(space, [1, 12.0]).tolist() == [1, 12]
    assert "13 at [1] is not from 10 to 12" in refused(space, [1, 13])


def test_a_text_needs_its_length_and_characters() -> None:
    space = spaces.Text(3, charset="ab")
    assert member(space, "aba") == "aba"
    for raw in ("", "abab", "c", 1, None, ["a"]):
        refused(space, raw)


def test_the_message_names_the_path_to_the_part() -> None:
    space = spaces.Dict({"arm": spaces.Tuple([spaces.Discrete(2), spaces.Discrete(3)]), "on": spaces.Discrete(2)})
    assert refused(space, {"arm": [1, 5], "on": 0}) == (
        'action["arm"][1] is 5, which Discrete(3) does not contain: it takes an integer from 0 to 2.'
    )


def test_the_evidence_is_the_whole_action_and_space() -> None:
    space = spaces.Tuple([spaces.Discrete(2)])
    with pytest.raises(InvalidAction) as caught:
        member(space, [7])
    assert caught.value.evidence == {"action": [7], "space": "Tuple(Discrete(2))"}


def test_the_message_can_speak_of_something_else_than_an_action() -> None:
    with pytest.raises(InvalidAction, match=r"^observation\[0\] is 7,"):
        caster(spaces.Tuple([spaces.Discrete(2)]), called="observation")([7])


def test_a_dict_needs_exactly_its_keys() -> None:
    space = spaces.Dict({"a": spaces.Discrete(2), "b": spaces.Discrete(2)})
    assert list(member(space, {"b": 0, "a": 1}).items()) == [("a", 1), ("b", 0)]
    assert "the key 'b' is missing" in refused(space, {"a": 1})
    assert "there is no key 'c'" in refused(space, {"a": 1, "b": 1, "c": 1})
    assert "an object with the keys ['a', 'b']" in refused(space, [1, 1])


def test_the_keys_of_a_dict_are_sent_as_text() -> None:
    space: Space[Any] = spaces.Dict([(0, spaces.Discrete(2))])  # type: ignore[list-item]
    assert member(space, {"0": 1}) == {0: 1}


def test_a_tuple_needs_exactly_its_length() -> None:
    space = spaces.Tuple([spaces.Discrete(2), spaces.Discrete(2)])
    assert member(space, [0, 1]) == (0, 1)
    for raw in ([0], [0, 1, 0], {"0": 1}, "01", None):
        assert "it takes a list of 2" in refused(space, raw)


def test_a_one_of_is_an_index_and_a_value() -> None:
    space = spaces.OneOf([spaces.Discrete(2), spaces.Text(2)])
    assert member(space, [1.0, "a"]) == (1, "a")
    assert refused(space, [1, 5]).startswith("action[1] is 5, which Text(")
    for raw in ([2, 0], [-1, 0], [0], 0, [0.5, 0]):
        refused(space, raw)


def test_a_sequence_is_a_tuple_of_any_length() -> None:
    space = spaces.Sequence(spaces.Discrete(2))
    assert member(space, []) == ()
    assert member(space, [0, 1, 1]) == (0, 1, 1)
    assert refused(space, [0, 1, 2]).startswith("action[2] is 2,")


def test_a_stacked_sequence_is_one_array() -> None:
    space = spaces.Sequence(spaces.Box(0, 1, (2,)), stack=True)
    assert member(space, [[0, 1], [1, 0], [1, 1]]).shape == (3, 2)
    assert member(space, []).shape == (0, 2)
    assert member(space, [[0, 1], [2, 0]]).tolist() == [[0, 1], [2, 0]]
    assert "a list of shape [2, 2] is needed" in refused(space, [[0, 1], [2]])


def test_a_stacked_sequence_of_dicts_is_a_dict_of_stacks_of_one_length() -> None:
    space = spaces.Sequence(spaces.Dict({"a": spaces.Discrete(2), "b": spaces.Box(0, 1, ())}), stack=True)
    value = member(space, {"a": [0, 1], "b": [0.5, 1]})
    assert value["a"].tolist() == [0, 1]
    assert value["b"].dtype == np.float32
    assert "different lengths: [1, 2]" in refused(space, {"a": [0, 1], "b": [0.5]})


def test_a_graph_without_edges_has_none() -> None:
    space = spaces.Graph(spaces.Discrete(3), spaces.Discrete(2))
    value = member(space, {"nodes": [0, 2]})
    assert isinstance(value, GraphInstance)
    assert value.nodes.tolist() == [0, 2]  # type: ignore[attr-defined]
    assert value.edges is None
    assert value.edge_links is None
    assert member(space, {"nodes": [], "edges": None, "edge_links": None}).edges is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        [],
        {"nodes": [0], "color": 1},
        {"nodes": [3]},
        {"nodes": None},
        {"nodes": [0], "edges": [1]},
        {"nodes": [0], "edge_links": [[0, 0]]},
        {"nodes": [0], "edges": [1], "edge_links": [[0, 1]]},
        {"nodes": [0], "edges": [1], "edge_links": [[0, -1]]},
        {"nodes": [0], "edges": [1], "edge_links": [[0, 0], [0, 0]]},
        {"nodes": [0], "edges": [1], "edge_links": [0, 0]},
        {"nodes": [], "edges": [1], "edge_links": [[0, 0]]},
    ],
)
def test_a_graph_that_does_not_hold_together_is_refused(raw: Any) -> None:
    refused(spaces.Graph(spaces.Discrete(3), spaces.Discrete(2)), raw)


def test_edges_without_an_edge_space_are_refused() -> None:
    space = spaces.Graph(spaces.Discrete(3), None)
    assert "no edge space" in refused(space, {"nodes": [0], "edges": [1], "edge_links": [[0, 0]]})


def test_a_subclass_is_asked_itself() -> None:
    class Even(spaces.Discrete):
        def contains(self, x: Any) -> bool:
            return super().contains(x) and x % 2 == 0

    assert member(Even(4), 2) == 2
    assert "the space itself says so" in refused(Even(4), 1)


def test_a_space_of_no_known_class_is_asked_about_the_array() -> None:
    class Unit(Space[Any]):
        def contains(self, x: Any) -> bool:
            return isinstance(x, np.ndarray) and bool(np.linalg.norm(x) == 1)

    assert member(Unit((2,), np.float32), [0, 1]).dtype == np.float32
    refused(Unit((2,), np.float32), [1, 1])
    refused(Unit((2,), np.float32), [1])


def test_a_space_without_a_shape_is_asked_about_what_was_sent() -> None:
    class Words(Space[Any]):
        def contains(self, x: Any) -> bool:
            return bool(x == "yes")

    assert member(Words(), "yes") == "yes"
    refused(Words(), "no")


@pytest.mark.parametrize("raw", [[0.0] * 1_000_000, "x" * 1_000_000, 10**5000, b"\0" * 1_000_000], ids=type)
def test_a_huge_value_gives_a_short_message(raw: Any) -> None:
    assert len(refused(spaces.Dict({"a": spaces.Discrete(2)}), raw)) < 400


def test_a_huge_space_gives_a_short_message() -> None:
    space = spaces.Dict({f"key_{i}": spaces.Discrete(2) for i in range(1000)})
    assert len(refused(space, 1)) < 600


def test_a_message_is_one_line() -> None:
    space = spaces.Box(np.zeros((2, 2), np.float32), np.array([[1, 2], [3, 4]], np.float32))
    assert "\n" not in refused(space, np.zeros((3, 3)))


@settings(deadline=None, max_examples=FEWER)
@given(any_space, st.integers(0, 2**31))
def test_many_are_read_like_each_of_them(space: Space[Any], seed: int) -> None:
    space.seed(seed)
    samples = [space.sample() for _ in range(3)]
    for form in (JSON, JSON_BASE64):
        sent = through_json(samples, form)
        assert all(map(same, samples, members(space, sent)))


@settings(deadline=None, max_examples=FEWER)
@given(any_space, junk)
def test_many_are_refused_where_one_of_them_is(space: Space[Any], raw: Any) -> None:
    good = through_json(space.sample())
    try:
        member(space, raw)
    except InvalidAction:
        with pytest.raises(InvalidAction) as caught:
            members(space, [good, raw])
        assert caught.value.evidence["index"] == 1
        assert caught.value.detail.startswith("actions[1]")
    else:
        assert len(members(space, [good, raw])) == 2


def test_many_may_be_one_typed_array() -> None:
    space = spaces.Box(-1, 1, (2,), np.float32)
    stack = np.array([[0.5, -1], [1, 0]], np.float32)
    read = members(space, encode(stack, JSON_BASE64))
    assert [each.tolist() for each in read] == stack.tolist()
    assert all(each.base is None and each.flags.writeable for each in read)
    [scalar] = members(spaces.Box(-1, 1, (), np.float32), [0.5])
    assert (type(scalar), scalar.shape) == (np.ndarray, ())
    with pytest.raises(InvalidAction):
        members(space, encode(stack[0], JSON_BASE64))


@pytest.mark.parametrize("raws", [None, 1, "01", {"0": 1}, True])
@pytest.mark.parametrize("space", [spaces.Discrete(2), spaces.Text(2), spaces.Box(0, 1, (1,))], ids=str)
def test_many_are_a_list(space: Space[Any], raws: Any) -> None:
    with pytest.raises(InvalidAction):
        members(space, raws)
