"""`requirements.txt` pins what the functions' artefact needs, as `pyproject.toml` has it now."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from shared.snapshot.versions.proved import proved_lines
from tests.servers import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TEXT = (ROOT / "requirements.txt").read_text()
PINNED = {canonicalize_name(name): pin for name, pin in re.findall(r"^([\w.-]+)==([\w.]+)", TEXT, re.MULTILINE)}
FAMILIES = ("classic-control", "toy-text", "box2d", "atari")
BASE = {name: str(value) for name, value in default_environment().items()}
LAMBDA = {"python_version": "3.13", "python_full_version": "3.13.0", "platform_machine": "x86_64"}


def needed() -> dict[NormalizedName, list[Requirement]]:
    """Every distribution that the artefact needs, with what is asked of it.

    What a distribution needs in its turn is known only of those that are installed here in the pinned version.
    """
    extras = PROJECT["optional-dependencies"]
    waiting = [*PROJECT["dependencies"], *(line for family in FAMILIES for line in extras[family])]
    found: dict[NormalizedName, list[Requirement]] = {}
    seen = set()
    while waiting:
        line = waiting.pop()
        if line in seen:
            continue
        seen.add(line)
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        found.setdefault(name, []).append(requirement)
        for extra in (*requirement.extras, ""):
            environment = {**BASE, **LAMBDA, "extra": extra}
            for further in _needs(name):
                if further.marker is None or further.marker.evaluate(environment):
                    further.marker = None
                    waiting.append(str(further))
    return found


def _needs(name: str) -> list[Requirement]:
    try:
        known = version(name) == PINNED.get(canonicalize_name(name))
    except PackageNotFoundError:
        return []
    return [Requirement(line) for line in requires(name) or ()] if known else []


def test_what_the_project_needs_is_pinned_in_a_version_that_it_takes() -> None:
    for name, requirements in needed().items():
        assert name in PINNED, f"requirements.txt has no {name}: run `make requirements`"
        for requirement in requirements:
            assert PINNED[name] in requirement.specifier, f"{requirement}: run `make requirements`"


def test_what_the_artefact_has_no_room_for_is_not_in_it() -> None:
    assert {"mujoco", "jax", "uvloop"}.isdisjoint(PINNED)


def test_the_image_has_the_versions_of_the_artefact() -> None:
    """They read each other's snapshots."""
    image = (ROOT / "infra/image/requirements.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", image, re.MULTILINE))
    assert {name: pinned.get(name) for name in PINNED} == PINNED


def test_the_artefact_and_a_server_on_an_older_python_continue_each_others_snapshots() -> None:
    """NumPy's newest release is not for Python 3.11, the oldest that this project takes."""
    lines = [line for line in proved_lines() if line.package == "numpy" and {*FAMILIES} <= {*line.parts}]
    written = {line.written for line in lines if line.continued == PINNED[canonicalize_name("numpy")]}
    continued = {line.continued for line in lines if line.written == PINNED[canonicalize_name("numpy")]}
    assert written & continued, "run `make compatibility` for the new NumPy and that of Python 3.11"


def test_every_pin_has_its_hashes_and_no_registry_is_named() -> None:
    for block in re.split(r"\n(?=\S)", TEXT):
        assert block.startswith("#") or "--hash=sha256:" in block, block
    assert "://" not in TEXT
