"""Environments of other packages: tried at their first creation, then like any other."""

import dataclasses
import sys
from collections.abc import Iterator

import pytest

from shared.settings import Settings
from tests.applications import Api, served
from tests.shared.snapshot import habits

MODULE = "tests.shared.snapshot.foreign"

pytestmark = pytest.mark.usefixtures("forked_trials")


@pytest.fixture
def foreign(settings: Settings) -> Settings:
    return dataclasses.replace(settings, env_modules=(MODULE,))


@pytest.fixture(params=["local", "each alone"])
def api(request: pytest.FixtureRequest, foreign: Settings) -> Iterator[Api]:
    with served(request.param, foreign) as client:
        yield Api(client)


@pytest.mark.usefixtures("tried_once")
@pytest.mark.parametrize(
    ("env_id", "mechanism"), [("ForeignWalk-v0", "object-graph"), ("ForeignHidden-v0", "journal")]
)
def test_an_environment_of_another_package_is_created_and_forks_into_twins(
    api: Api, env_id: str, mechanism: str
) -> None:
    instance = api.create(env_id)
    assert api.get(instance).json["mechanism"] == mechanism
    api.post(f"{instance}/reset/", {"seed": 4})
    for action in (0, 2, 1):
        api.post(f"{instance}/step/", {"action": action})
    twin = "/v1/envs/" + api.post(f"{instance}/fork/").json["instance_ids"][0]
    for action in (1, 2, 2, 0):
        replies = [api.post(f"{each}/step/", {"action": action}) for each in (instance, twin)]
        assert replies[0].status == 200
        assert replies[0].json == replies[1].json


@pytest.mark.usefixtures("tried_once")
def test_a_module_may_be_named_with_the_id(api: Api) -> None:
    instance = api.create(f"{MODULE}:ForeignWalk-v0")
    assert api.post(f"{instance}/reset/").status == 200


@pytest.mark.usefixtures("tried_once")
def test_one_that_cannot_be_carried_is_400_with_the_reasons_and_leaves_nothing(api: Api) -> None:
    reply = api.post("/v1/envs/", {"env_id": "ForeignErratic-v0"})
    assert (reply.status, reply.json["type"]) == (400, "urn:gym-http:problem:not-exact")
    assert "object-graph" in reply.json["reasons"]
    assert api.get("/v1/envs/").json == {}


def test_a_trial_is_made_once_for_all_processes_of_a_store(
    foreign: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served("local", foreign) as client:
        Api(client).create("ForeignWalk-v0")
    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", None)
    with served("local", foreign) as client:
        assert Api(client).create("ForeignWalk-v0")


def test_processes_of_environments_end_with_them_also_where_pygame_is_loaded(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, env_modules=(habits.__name__,))) as client:
        api = Api(client)
        drawn = api.create("CartPole-v1", render_mode="rgb_array")
        api.post(f"{drawn}/reset/")
        assert api.get(f"{drawn}/monitor/render/").status == 200
        assert "pygame" in sys.modules
        instances = [api.create("habits/OwnsProcess-v0") for _ in range(2)]
        for instance in instances:
            assert api.post(f"{instance}/reset/", {"seed": 1}).status == 200
            for _ in range(5):
                assert api.post(f"{instance}/step/", {"action": 1}).status == 200
        assert habits.OwnsProcess.running() == 2
        for instance in instances:
            assert api.delete(f"{instance}/").status == 200
        assert habits.OwnsProcess.running() == 0
        assert api.get(f"{drawn}/monitor/render/").status == 200


def test_an_illegal_move_is_422_and_changes_nothing(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, env_modules=(habits.__name__,))) as client:
        api = Api(client)
        instance = api.create("habits/FullColumn-v0")
        api.post(f"{instance}/reset/", {"seed": 1})
        for _ in range(2):
            api.post(f"{instance}/step/", {"action": 0})
        before = api.get(instance).json["revision"]
        refused = api.post(f"{instance}/step/", {"action": 0})
        assert (refused.status, refused.json["exception"]) == (422, "ValueError")
        assert api.get(instance).json["revision"] == before
        assert api.post(f"{instance}/step/", {"action": 1}).json["observation"] == [2.0, 1.0, 0.0]


def test_two_instances_of_one_class_do_not_write_into_each_other(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, env_modules=(habits.__name__,))) as client:
        api = Api(client)
        first, second = (api.create("habits/SharedBoard-v0") for _ in range(2))
        for instance in (first, second):
            api.post(f"{instance}/reset/", {"seed": 1})
        counts = [
            api.post(f"{instance}/step/", {"action": 0}).json["observation"][0]
            for instance in (first, first, second, first)
        ]
        assert counts == [1.0, 2.0, 1.0, 3.0]


HARMFUL = "tests.harmful"


@pytest.mark.parametrize(
    ("env_id", "told"),
    [
        ("Crashing-v0", "was ended by SIGSEGV"),
        ("Aborting-v0", "was ended by SIGABRT"),
        ("Exiting-v0", "ended with status 3"),
        ("Sleeping-v0", "did not come back within 4.2 s"),
        ("Holding-v0", "did not come back within 4.2 s"),
        ("Hungry-v0", "Unable to allocate"),
        ("HungryStep-v0", "Unable to allocate"),
    ],
)
def test_one_that_would_end_the_server_ends_its_own_process_and_is_refused(
    settings: Settings, env_id: str, told: str
) -> None:
    seconds = 1.05 if "come back" in told else 20.0
    harmful = dataclasses.replace(
        settings, env_modules=(HARMFUL,), max_trial_seconds=seconds, max_trial_bytes=2_000_000_000
    )
    with served("local", harmful) as client:
        api = Api(client)
        reply = api.post("/v1/envs/", {"env_id": env_id})
        assert (reply.status, told in reply.json["detail"]) == (400, True), reply.content
        assert api.get("/v1/envs/").json == {}
        if env_id == "Crashing-v0":
            assert told in api.get("/v1/catalog/?env_id=Crashing-v0").json["detail"]
