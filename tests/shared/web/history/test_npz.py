"""A file of NumPy's has an array for each column, and needs no pickle."""

import io
from typing import Any

import numpy as np

from shared.web.history.npz import as_npz


def loaded(columns: dict[str, Any]) -> dict[str, Any]:
    with np.load(io.BytesIO(as_npz(columns).content), allow_pickle=False) as file:
        return dict(file)


def test_arrays_come_back_as_they_are() -> None:
    rewards = np.array([1.0, 2.0])
    np.testing.assert_equal(loaded({"rewards": rewards}), {"rewards": rewards})


def test_spaces_of_spaces_have_an_array_for_each_leaf() -> None:
    found = loaded({"observations": [{"a": np.zeros(2), "b": (1, np.ones(3))}] * 4})
    assert {name: array.shape for name, array in found.items()} == {
        "observations/a": (4, 2),
        "observations/b/0": (4,),
        "observations/b/1": (4, 3),
    }


def test_what_has_no_array_is_its_json() -> None:
    found = loaded(
        {"observations": ["door", "wall"], "infos": [{"prob": 1}, {}], "actions": [np.ones(1), np.ones(2)]}
    )
    assert found["observations"].tolist() == ['"door"', '"wall"']
    assert found["infos"].tolist() == ['{"prob":1}', "{}"]
    assert found["actions"].tolist() == ["[1.0]", "[1.0,1.0]"]


def test_nothing_is_an_empty_array() -> None:
    assert loaded({"actions": []})["actions"].shape == (0,)
