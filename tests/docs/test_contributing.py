"""What CONTRIBUTING tells a newcomer to add works when it is added."""

import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from functions import local
from infra.aws.intrinsics import Loader
from infra.aws.template import Route, read
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Api, alone
from tests.docs.pages import PAGES, Block
from tests.servers import ROOT

PAGE = PAGES["CONTRIBUTING.md"]
KNOWN = {"SnapshotBucket": "snapshots", "SigningKey": "arn:signing-key"}


def block(kind: str) -> Block:
    [found] = [each for each in PAGE.blocks if each.kind == kind]
    return found


@pytest.fixture
def echo_env(tmp_path: Path) -> Iterator[ModuleType]:
    """The endpoint of the page, imported from the file that it names."""
    file = block("python").file
    assert file is not None
    path = tmp_path / Path(file).name
    path.write_text(block("python").text)
    name = f"functions.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]


def test_the_endpoint_answers_with_and_without_its_slash_and_is_documented(
    echo_env: ModuleType, settings: Settings
) -> None:
    routers = [module.router for module in (*local.MODULES, echo_env)]
    with alone(create_app(*routers, settings=settings, documented=True)) as client:
        api = Api(client)
        instance = api.create("CartPole-v1")
        api.post(f"{instance}/reset/")
        assert api.get(f"{instance}/echo/").json == {"env_id": "CartPole-v1", "revision": 1}
        assert api.get(f"{instance}/echo").headers["etag"] == '"1"'
        assert "/v1/envs/{instance_id}/echo/" in api.get("/openapi.json").json["paths"]


def test_its_function_in_the_template_has_its_routes_and_rights_that_exist(
    echo_env: ModuleType, tmp_path: Path
) -> None:
    text = (ROOT / "template.yaml").read_text()
    path = tmp_path / "template.yaml"
    path.write_text(text.replace("\nResources:\n", f"\nResources:\n{block('yaml').text}\n", 1))
    [function] = [each for each in read(KNOWN, path).functions if each.endpoint == "echo_env"]
    declared = {
        Route(each.method, each.path.rstrip("/") + end)
        for each in echo_env.router.endpoints
        for end in ("", "/{slash+}")
    }
    assert set(function.routes) == declared
    assert function.grants
    assert list(yaml.load(block("yaml").text, Loader)) == [function.name]


def test_every_group_of_entry_points_that_is_read_is_shown_and_no_other() -> None:
    groups = {
        group
        for each in PAGE.blocks
        if each.kind == "toml"
        for group in tomllib.loads(each.text)["project"]["entry-points"]
    }
    sources = "\n".join(path.read_text() for path in (ROOT / "shared").rglob("*.py"))
    assert groups == set(re.findall(r'^(?:ENTRY_POINT_)?GROUP = "(gym_http\.\w+)"$', sources, re.MULTILINE))


def test_every_file_in_a_list_exists_or_is_one_that_is_added() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", PAGE.text, re.MULTILINE)
    files = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    added = {file for file in files if "NAME" in file or "echo_env" in file}
    assert added
    assert {file for file in files - added if not (ROOT / file).exists()} == set()
