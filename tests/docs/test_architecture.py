"""The newcomer's page is about the tree and the store as they are."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from shared.session.lifecycle.verdicts import UNDER_WAY
from shared.session.live.placement import LONG_CALL_S
from shared.session.stored.header import RECENT_CALLS
from shared.settings import Settings
from shared.snapshot.contract.mechanism import Home
from shared.storage.check import PREFIX
from shared.storage.sqlite import SQLiteStore
from tests.applications import Api, served
from tests.blocking import Blocking
from tests.docs.pages import PAGES
from tests.servers import ROOT

PAGE = PAGES["docs/architecture.md"].text


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_folder_of_shared_is_in_the_tree() -> None:
    tree = section("The tree")
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "shared").rglob("*.py")} - {"shared"}
    assert {folder for folder in folders if f"| `{folder}` |" not in tree} == set()


def test_every_module_at_the_top_of_shared_is_named() -> None:
    tree = section("The tree")
    modules = {path.name for path in (ROOT / "shared").glob("*.py")} - {"__init__.py"}
    assert {name for name in modules if f"`shared/{name}`" not in tree} == set()


def test_the_walk_is_numbered_as_the_drawing_is() -> None:
    steps = re.findall(r"^(\d+)\. \*\*", section("One step"), re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    drawing = ElementTree.parse(ROOT / "docs" / "architecture.svg").getroot()
    words = " ".join(text for text in drawing.itertext())
    assert {"1", "2", steps[-1]} <= set(re.findall(r"\d+", words))


@pytest.mark.parametrize("home", Home)
def test_every_home_is_explained(home: Home) -> None:
    assert f"| `{home.name}` |" in section("Which thread an environment lives on")


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"the ids of the last {RECENT_CALLS} calls" in PAGE
    assert f"The event loop's bound is {LONG_CALL_S * 1000:g} ms a call." in PAGE


def test_every_kind_of_key_in_the_store_is_in_the_table(tmp_path: Path) -> None:
    settings = Settings(store=f"sqlite:///{tmp_path}/snapshots.db")
    with served("local", settings) as client:
        api = Api(client)
        kept = api.create("CartPole-v1", record=True)
        api.post(f"{kept}/reset/")
        api.post(f"{kept}/checkpoints/", {"name": "kept"})
        api.delete(f"{api.create('CartPole-v1')}/", **{"idempotency-key": "end"})
        # More environments than a known family makes without a trial.
        assert api.post("/v1/envs/", {"env_id": "CartPole-v1", "num_envs": 33}).status == 200
    store = Blocking(SQLiteStore(tmp_path / "snapshots.db"))
    kinds = {entry.key.partition("/")[0] for entry in store.list("")}
    store.close()
    told = set(re.findall(r"^\| `(\w+)/", section("What stands in the store"), re.MULTILINE))
    # A probe and a trial that went on leave nothing behind.
    assert kinds | {PREFIX.strip("/"), UNDER_WAY.strip("/")} == told


def test_the_glossary_is_in_order() -> None:
    terms = re.findall(r"^\| ([a-z][\w, ]*) \|", section("Glossary"), re.MULTILINE)[1:]
    assert terms == sorted(terms, key=str.lower)
    assert len(terms) > 30
