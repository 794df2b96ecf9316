"""A snapshot is continued by the versions that wrote it and by those proved equal, and refused with a way out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from shared.errors import SnapshotIncompatible
from shared.snapshot.versions import compatibility, proved
from shared.snapshot.versions.compatibility import (
    ENGINES,
    Dependencies,
    check_continues,
    cpu_features,
    dependencies_here,
)
from shared.snapshot.versions.proved import Line

HERE = {
    "python": "cpython-313",
    "numpy": "2.5.5",
    "gymnasium": "1.4.0",
    "cloudpickle": "3.1.3",
    "mujoco": "4.0.0",
    "pure": "1.1",
}
DIGESTS = {"numpy": "1234", "pure": "5678"}
PARTS = ("classic-control",)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compatibility, "version_here", lambda name: HERE.get(name, "none"))
    monkeypatch.setattr(compatibility, "digest_here", DIGESTS.get)
    monkeypatch.setattr(compatibility, "cpu_features", lambda: "X86_V3")
    monkeypatch.setattr(
        proved,
        "proved_lines",
        lambda: (
            Line("gymnasium", "1.3.0", "1.4.0", ("classic-control", "toy-text")),
            Line("gymnasium", "1.3.0", "1.3.1", ("classic-control",)),
            Line("numpy", "2.4.6", "2.5.5", ("classic-control",)),
        ),
    )


def check(versions: Mapping[str, str], digests: Mapping[str, str] | None = None, **options: Any) -> str | None:
    options = {"names": versions, "parts": PARTS, **options}
    return check_continues(Dependencies(versions, digests or {}, "X86_V3"), **options)


def refusal(*given: Any, **options: Any) -> str:
    with pytest.raises(SnapshotIncompatible) as refused:
        check(*given, **options)
    return refused.value.detail


@pytest.mark.parametrize("accept", ["proved", "exact"])
@pytest.mark.parametrize("versions", [{}, {"numpy": "2.5.5", "python": "cpython-313"}])
def test_equal_versions_are_continued_and_nothing_is_told(versions: dict[str, str], accept: str) -> None:
    assert check(dict(reversed(versions.items())), accept=accept) is None


def test_a_numpy_that_computes_the_same_is_equal_and_told() -> None:
    told = check({"numpy": "2.3.9", "gymnasium": "1.4.0"}, {"numpy 2.3.9": "1234"}, parts=("anything",))
    assert told == "continued from numpy 2.3.9 to 2.5.5, which are taken for equal"


def test_a_numpy_that_computes_otherwise_is_refused() -> None:
    told = refusal({"numpy": "2.3.9"}, {"numpy 2.3.9": "4321"})
    assert told == (
        "The snapshot was written with numpy 2.3.9 (here 2.5.5; not proved equal for classic-control). "
        "It is kept: serve it with numpy 2.3.9, or create a new instance."
    )


def test_the_table_says_which_other_versions_are_equal() -> None:
    """Of Gymnasium, and of NumPy where the header is older than its digest."""
    told = check({"gymnasium": "1.3.0", "numpy": "2.4.6"})
    assert told == "continued from gymnasium 1.3.0 to 1.4.0, numpy 2.4.6 to 2.5.5, which are taken for equal"


def test_the_table_counts_for_every_part_that_it_names_and_no_other() -> None:
    told = refusal({"gymnasium": "1.3.0"}, parts=("NormalizeReward", "classic-control"))
    assert "not proved equal for NormalizeReward and classic-control" in told


def test_a_refusal_names_every_version_that_continues_the_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HERE, "gymnasium", "1.5.0")
    with pytest.raises(
        SnapshotIncompatible, match=r"serve it with gymnasium 1\.3\.0 or 1\.4\.0 or 1\.3\.1"
    ) as told:
        check({"gymnasium": "1.3.0"})
    assert told.value.evidence == {
        "written": {"gymnasium": "1.3.0"},
        "here": {"gymnasium": "1.5.0"},
        "continued_by": {"gymnasium": ["1.3.0", "1.4.0", "1.3.1"]},
    }


def test_only_the_versions_that_differ_are_named() -> None:
    with pytest.raises(SnapshotIncompatible) as refused:
        check({"gymnasium": "1.4.0", "mujoco": "3.0.0"})
    assert refused.value.evidence["continued_by"] == {"mujoco": ["3.0.0"]}


@pytest.mark.parametrize(
    ("versions", "digests"), [({"gymnasium": "1.3.0"}, {}), ({"numpy": "2.3.9"}, {"numpy 2.3.9": "1234"})]
)
def test_exact_accepts_no_other_version_and_says_that_it_is_set(
    versions: dict[str, str], digests: dict[str, str]
) -> None:
    told = refusal(versions, digests, accept="exact")
    assert "GYM_HTTP_ACCEPT is exact" in told
    assert f"serve it with {' '.join(*versions.items())}," in told


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_an_engine_continues_its_own_version_alone(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its files say."""
    monkeypatch.setitem(HERE, engine, "2.0")
    monkeypatch.setitem(DIGESTS, engine, "90ab")
    assert "an engine continues its own version alone" in refusal({engine: "1.9"}, {f"{engine} 1.9": "90ab"})


def test_a_package_with_the_same_files_is_equal() -> None:
    assert check({"pure": "1.0"}, {"pure 1.0": "5678"}) is not None


@pytest.mark.parametrize("digests", [{}, {"pure 1.0": "8765"}, {"pure 1.1": "5678"}])
def test_a_package_with_other_files_is_refused(digests: dict[str, str]) -> None:
    assert "pure 1.0 (here 1.1; not proved equal" in refusal({"pure": "1.0"}, digests)


def test_a_package_whose_code_was_changed_without_a_new_version_is_refused() -> None:
    assert "pure 1.1 (here 1.1; its files are others)" in refusal({"pure": "1.1"}, {"pure 1.1": "8765"})


def test_numpys_digest_is_not_asked_for_where_its_version_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cold start pays nothing, and another processor, whose arithmetic differs, is told and not refused."""
    monkeypatch.setattr(compatibility, "digest_here", lambda name: pytest.fail(f"asked for {name}"))
    assert check({"numpy": "2.5.5"}, {"numpy 2.5.5": "4321"}) is None


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        (
            {"cloudpickle": "2.9"},
            r"cloudpickle 2\.9 \(here 3\.1\.3; an object graph does not cross major versions\)",
        ),
        ({"numpy": "1.26.4"}, r"numpy 1\.26\.4 \(here 2\.5\.5; an object graph does not cross major versions\)"),
        ({"pure": "0.9"}, r"pure 0\.9 \(here 1\.1; an object graph does not cross major versions\)"),
        ({"python": "cpython-311"}, r"python cpython-311 \(here cpython-313; .* is of one Python\)"),
    ],
)
def test_an_object_graph_is_refused_across_major_versions(versions: dict[str, str], told: str) -> None:
    """Whatever the digests say: its pickle names what the next major version may have moved."""
    digests = {f"{name} {version}": DIGESTS.get(name, "") for name, version in versions.items()}
    with pytest.raises(SnapshotIncompatible, match=told):
        check({"cloudpickle": "3.1.3", **versions}, digests)


def test_a_graph_is_built_by_any_cloudpickle_of_the_same_major_version() -> None:
    """It computes nothing of the environment's."""
    assert check({"cloudpickle": "3.0"}) == "continued from cloudpickle 3.0 to 3.1.3, which are taken for equal"
    assert "GYM_HTTP_ACCEPT is exact" in refusal({"cloudpickle": "3.0"}, accept="exact")


def test_a_plain_body_needs_no_pickle() -> None:
    assert check({"numpy": "1.26.4"}, {"numpy 1.26.4": "1234"}) is not None


def test_what_is_missing_on_one_side_is_refused() -> None:
    assert "turtle 0.1 (here none;" in refusal({"turtle": "0.1"})
    assert "mujoco none (here 4.0.0;" in refusal({}, names=["mujoco"])


def test_another_processor_is_told_and_never_refused() -> None:
    written = Dependencies({"numpy": "2.5.5"}, {}, "X86_V4")
    told = check_continues(written, ["numpy"], PARTS, "exact")
    assert told == "continued from a processor with X86_V4 on one with X86_V3: last bits may differ"


def test_what_is_told_fits_into_a_quoted_string() -> None:
    """Of a `Warning` header."""
    told = check({"gymnasium": "1.3.0"}) or ""
    assert told.isascii()
    assert not {*told} & {'"', "\\"}


def test_dependencies_have_the_digests_by_distribution_and_version() -> None:
    assert dependencies_here(["numpy", "gymnasium"]) == Dependencies(
        {"numpy": "2.5.5", "gymnasium": "1.4.0"}, {"numpy 2.5.5": "1234"}, "X86_V3"
    )


def test_the_cpu_features_are_those_that_numpy_found() -> None:
    found = np.show_config("dicts")["SIMD Extensions"]["found"]
    assert cpu_features().split() == found
