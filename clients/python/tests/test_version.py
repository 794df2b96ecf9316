"""The client's version stands in one place, from which the package and its requests have it."""

import re
from pathlib import Path

import gymnasium_http
from gymnasium_http.version import VERSION

PROJECT = Path(__file__).parents[1]


def test_the_package_has_the_version_of_the_file() -> None:
    assert gymnasium_http.__version__ == VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_the_project_reads_its_version_from_that_file() -> None:
    """A release writes it there alone, and looks for just this line."""
    project = (PROJECT / "pyproject.toml").read_text()
    assert 'dynamic = ["version"]' in project
    assert 'path = "src/gymnasium_http/version.py"' in project
    assert f'VERSION = "{VERSION}"' in (PROJECT / "src/gymnasium_http/version.py").read_text().splitlines()
