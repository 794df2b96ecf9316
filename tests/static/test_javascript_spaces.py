"""The client's spaces against Gymnasium's own: each contains what the other samples."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import Space, spaces

from shared.wire.members.members import member
from shared.wire.spaces.description import describe
from shared.wire.values.forms import encode

SCRIPT = Path(__file__).with_name("spaces.mjs")
INF = np.inf
ARM = spaces.Dict({"b": spaces.Discrete(3, start=-1), "a": spaces.Box(-1, 1, (2,), np.float32)})

SPACES: dict[str, Space[Any]] = {
    "Discrete": spaces.Discrete(5, start=-2),
    "Box of every kind of interval": spaces.Box(
        np.array([-1, -INF, 0, -INF], np.float32), np.array([1, 0, INF, INF], np.float32)
    ),
    "Box of float64": spaces.Box(-1e9, 1e-9, (3,), np.float64),
    "Box of integers": spaces.Box(0, 255, (4, 3, 1), np.uint8),
    "Box of one bool": spaces.Box(0, 1, (), np.bool_),
    "MultiBinary": spaces.MultiBinary([2, 3]),
    "MultiDiscrete": spaces.MultiDiscrete(np.array([[2, 3], [4, 5]]), start=np.array([[0, -1], [10, 0]])),
    "Text": spaces.Text(6, min_length=2, charset="ab\u00e9\U0001f3b2"),
    "Tuple": spaces.Tuple([ARM, spaces.Text(3)]),
    "Dict": ARM,
    "Sequence": spaces.Sequence(ARM),
    "stacked Sequence": spaces.Sequence(spaces.Tuple([ARM, spaces.MultiBinary(2)]), stack=True),
    "OneOf": spaces.OneOf([ARM, spaces.Discrete(2)]),
    "Graph": spaces.Graph(spaces.Box(-1, 1, (2,), np.float32), spaces.Discrete(3)),
    "Graph of Dicts": spaces.Graph(ARM, ARM),
    "Graph without edges": spaces.Graph(spaces.Discrete(3), None),
}


@pytest.fixture(scope="module")
def answers(node: str) -> dict[str, dict[str, Any]]:
    """What the client's spaces say, asked all at once since starting node takes most of the time."""
    asked = []
    for space in SPACES.values():
        space.seed(1)
        asked.append({"description": describe(space), "members": [encode(space.sample()) for _ in range(50)]})
    done = subprocess.run([node, SCRIPT], input=json.dumps(asked), capture_output=True, text=True, check=True)
    return dict(zip(SPACES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", SPACES)
def test_gymnasium_contains_what_the_client_samples(name: str, answers: dict[str, dict[str, Any]]) -> None:
    space = SPACES[name]
    for sample in answers[name]["samples"]:
        assert space.contains(member(space, sample)), sample


@pytest.mark.parametrize("name", SPACES)
def test_the_client_contains_what_gymnasium_samples(name: str, answers: dict[str, dict[str, Any]]) -> None:
    assert answers[name]["contained"] == [True] * 50
