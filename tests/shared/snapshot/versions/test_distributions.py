"""A graph's versions are those of the distributions that its classes come from."""

import importlib
import importlib.metadata
import sys
from pathlib import Path

import pytest

from shared.snapshot.versions import distributions
from shared.snapshot.versions.distributions import distributions_of, version_here


def test_python_comes_first_and_the_standard_library_gymnasium_and_numpy_are_left_out() -> None:
    assert distributions_of(["collections", "builtins", "numpy.random", "gymnasium.core"]) == ("python",)


def test_a_module_is_named_by_its_distribution_once() -> None:
    found = distributions_of(["msgspec", "msgspec.json", "yaml", "cloudpickle.cloudpickle"])
    assert found == ("python", "PyYAML", "cloudpickle", "msgspec")


def test_they_are_those_that_importlib_finds_in_all_that_is_installed() -> None:
    imported = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
    expected = importlib.metadata.packages_distributions()
    own = {"gymnasium", "numpy", "shared"}
    assert len(imported & {*expected}) > 20
    for package in (imported & {*expected}) - own:
        assert distributions_of([package]) == ("python", *sorted({*expected[package]}))


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"RECORD": "lonely/envs/board.py,sha256=a,9\n"}, True),
        ({"RECORD": "lonely.py,sha256=a,9\n"}, True),
        ({"RECORD": "other.py,,\nlonely.cpython-313-x86_64-linux-gnu.so,sha256=a,9\n"}, True),
        ({"RECORD": "lonely/data.json,sha256=a,9\nlonely_too/envs.py,,\nother/lonely.py,,\n"}, False),
        ({"RECORD": "other.py,,\n", "top_level.txt": "other\nlonely\n"}, True),
        ({"RECORD": "lonely.py,,\n", "top_level.txt": "other\n"}, False),
    ],
)
def test_a_package_comes_from_whoever_declares_it_or_has_a_module_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], found: bool
) -> None:
    folder = tmp_path / "Island-1.0.dist-info"
    folder.mkdir()
    for name, text in {**files, "METADATA": "Metadata-Version: 2.1\nName: Island\nVersion: 1.0\n"}.items():
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("installed", "_distributions_with"):
        monkeypatch.setattr(distributions, name, getattr(distributions, name).__wrapped__)
    assert distributions_of(["lonely.envs"]) == ("python", "Island" if found else "lonely.envs")


def test_a_module_of_no_distribution_is_named_itself() -> None:
    """A user's own, on the path."""
    assert distributions_of(["lonely.envs", "lonely.other"]) == ("python", "lonely.envs", "lonely.other")


@pytest.mark.parametrize("name", ["gymnasium", "numpy", "msgspec", "cloudpickle", "PyYAML"])
def test_a_distributions_version_is_the_installed_one(name: str) -> None:
    assert version_here.__wrapped__(name) == importlib.metadata.version(name)


@pytest.mark.parametrize("name", ["gymnasium", "numpy"])
def test_the_versions_that_every_snapshot_has_are_found_without_listing_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(distributions, "version", None)
    assert version_here.__wrapped__(name) == importlib.metadata.version(name)


@pytest.mark.parametrize("said", ["2.0", "", None, 1.0])
def test_what_a_package_says_of_itself_counts_only_where_its_distribution_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    folder, package = tmp_path / "island-1.0.dist-info", tmp_path / "island"
    folder.mkdir()
    package.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: island\nVersion: 1.0\n")
    (package / "__init__.py").write_text(f"__version__ = {said!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "island", importlib.import_module("island"))
    assert version_here.__wrapped__("island") == "1.0"


def test_pythons_version_is_that_of_its_bytecode() -> None:
    assert version_here("python") == sys.implementation.cache_tag


def test_a_modules_version_follows_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edited environment does not continue a state that another code wrote."""
    versions = []
    for text in ("A = 1", "A = 2"):
        (tmp_path / "lonely.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        __import__("lonely")
        version_here.cache_clear()
        versions.append(version_here("lonely"))
    version_here.cache_clear()
    monkeypatch.delitem(sys.modules, "lonely")
    assert "none" not in versions
    assert versions[0] != versions[1]


def test_what_is_not_installed_has_no_version() -> None:
    assert version_here("no-such-distribution") == "none"
