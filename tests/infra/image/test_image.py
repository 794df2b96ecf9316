"""The image and the functions' artefact are the same service: what one wrote, the other reads."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.aws.intrinsics import Loader
from infra.aws.template import PATH
from tests.servers import ROOT

DOCKERFILE = (ROOT / "infra/image/Dockerfile").read_text()
TEXT = (ROOT / "infra/image/requirements.txt").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(text: str) -> dict[str, str]:
    return {canonicalize_name(name): pin for name, pin in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)}


def needed(extra: str) -> set[Requirement]:
    """What the extra asks for, and what the project's extras that it names do."""
    found = set()
    for requirement in map(Requirement, PROJECT["optional-dependencies"][extra]):
        own = canonicalize_name(requirement.name) == PROJECT["name"]
        found |= {each for further in requirement.extras for each in needed(further)} if own else {requirement}
    return found


def test_the_image_has_the_python_of_the_functions_runtime() -> None:
    runtime = yaml.load(PATH.read_text(), Loader)["Globals"]["Function"]["Runtime"]
    assert f"python:{runtime.removeprefix('python')}-slim" in DOCKERFILE


def test_the_image_has_the_versions_of_the_artefact() -> None:
    artefact = pins((ROOT / "requirements.txt").read_text())
    assert artefact.items() <= pins(TEXT).items()


def test_what_the_image_needs_is_pinned_in_a_version_that_the_project_takes() -> None:
    pinned = pins(TEXT)
    for requirement in {*map(Requirement, PROJECT["dependencies"]), *needed("image")}:
        name = canonicalize_name(requirement.name)
        if requirement.marker is None or requirement.marker.evaluate({"sys_platform": "linux"}):
            assert name in pinned, f"infra/image/requirements.txt has no {name}: run `make requirements`"
            assert pinned[name] in requirement.specifier, f"{requirement}: run `make requirements`"
    assert {"mujoco", "uvicorn", "awslambdaric"} <= pinned.keys()


def test_every_pin_of_the_image_has_its_hashes_and_no_registry_is_named() -> None:
    for block in re.split(r"\n(?=\S)", TEXT):
        assert block.startswith("#") or "--hash=sha256:" in block, block
    assert "://" not in TEXT


def test_the_builder_is_sent_what_the_image_is_made_of_and_nothing_else() -> None:
    first, *sent = (ROOT / ".dockerignore").read_text().split()
    assert first == "*"
    for path in (line.removeprefix("!") for line in sent if line.startswith("!")):
        assert (ROOT / path).exists(), path
