"""A mechanism of another package is found by its entry point and keeps the contract."""

import dataclasses
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.settings import Settings
from shared.snapshot.conformance.testing import MechanismContract
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import (
    candidates,
    foreign_mechanisms,
    mechanism_named,
    mechanism_names,
    proved_mechanism,
)
from tests.applications import Api, served

MODULE = "gym_http_example.dial"


@pytest.fixture
def example(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example package, importable and with its entry points, here and in the processes that a test starts."""
    monkeypatch.syspath_prepend(installed)
    caches = (foreign_mechanisms, mechanism_named)
    for found in caches:
        found.cache_clear()
    yield
    for found in caches:
        found.cache_clear()


@pytest.mark.usefixtures("example")
class TestDial(MechanismContract):
    recipe = Recipe("example/Dial-v0", seed=1)
    modules = (MODULE,)
    refused = (
        Recipe("CartPole-v1"),
        Recipe("example/Dial-v0", wrappers=(WrapperRecipe("NormalizeReward"),)),
    )

    @pytest.fixture(autouse=True)
    def _mechanism(self, example: None) -> None:
        self.mechanism = importlib.import_module("gym_http_example.mechanism").DIAL


@pytest.mark.usefixtures("example")
def test_it_stands_among_the_installed_before_the_general_mechanisms() -> None:
    names = mechanism_names()
    assert names.index("ale") < names.index("example-dial") < names.index("object-graph")


@pytest.mark.usefixtures("example")
def test_it_is_asked_first_and_tried_although_it_claims_the_environment() -> None:
    register_environments([MODULE])
    env = make(Recipe("example/Dial-v0"))
    assert proved_mechanism(env) is None
    assert candidates(env)[0] is mechanism_named("example-dial")


@pytest.mark.usefixtures("example")
def test_the_service_creates_and_continues_what_it_carries(settings: Settings) -> None:
    """In an application that shares nothing with the first but the store."""
    settings = dataclasses.replace(settings, env_modules=(MODULE,))
    answers: list[Any] = []
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create("example/Dial-v0", seed=2)
        assert api.get(instance).json["mechanism"] == "example-dial"
        api.post(f"{instance}/reset/", {"seed": 5})
        twin = "/v1/envs/" + api.post(f"{instance}/fork/").json["instance_ids"][0]
        answers = [api.post(f"{instance}/step/", {"action": action}).json for action in (0, 2, 2, 1)]
    with served("local", settings) as client:
        found = [Api(client).post(f"{twin}/step/", {"action": action}).json for action in (0, 2, 2, 1)]
    assert found == answers
