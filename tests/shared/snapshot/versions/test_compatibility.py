"""A snapshot is restored only by the library versions that wrote it."""

import numpy as np
import pytest

from shared.errors import SnapshotIncompatible
from shared.snapshot.versions.compatibility import check_libraries, cpu_features


@pytest.mark.parametrize("versions", [{}, {"numpy": "2.4.6", "python": "cpython-311"}])
def test_equal_versions_are_accepted(versions: dict[str, str]) -> None:
    check_libraries(versions, dict(reversed(versions.items())))


@pytest.mark.parametrize(
    ("written", "here", "told"),
    [
        ({"numpy": "2.3.0"}, {"numpy": "2.4.6"}, r"numpy 2\.3\.0 \(here 2\.4\.6\)"),
        ({"ale-py": "0.12.1"}, {}, r"ale-py 0\.12\.1 \(here none\)"),
        ({}, {"mujoco": "4.0.0"}, r"mujoco none \(here 4\.0\.0\)"),
    ],
)
def test_another_version_is_refused_with_both_named(
    written: dict[str, str], here: dict[str, str], told: str
) -> None:
    with pytest.raises(SnapshotIncompatible, match=told) as refused:
        check_libraries(written, here)
    assert refused.value.evidence == {"written": written, "here": here}


def test_only_the_versions_that_differ_are_told() -> None:
    with pytest.raises(SnapshotIncompatible) as refused:
        check_libraries({"a": "1", "b": "2"}, {"a": "1", "b": "3"})
    assert "a 1" not in str(refused.value)


def test_the_cpu_features_are_those_that_numpy_found() -> None:
    found = np.show_config("dicts")["SIMD Extensions"].get("found", [])
    assert cpu_features().split() == found
