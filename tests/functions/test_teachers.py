"""A teacher's key watches everyone's instances, and changes only its own."""

import dataclasses

import pytest

from shared.settings import Settings
from tests.applications import Api, served
from tests.functions.test_monitor_frames import seen

KEYS = (("teacher", "secret-t"), ("ann", "secret-a"), ("bob", "secret-b"))
TEACHER, ANN, BOB = ({"authorization": f"Bearer {secret}"} for _, secret in KEYS)


@pytest.fixture
def classroom(settings: Settings) -> Settings:
    return dataclasses.replace(settings, api_keys=KEYS, teachers=("teacher",))


def made(api: Api, key: dict[str, str]) -> str:
    body = {"env_id": "CartPole-v1", "render_mode": "rgb_array"}
    instance: str = api.post("/v1/envs/", body, **key).json["instance_id"]
    api.post(f"/v1/envs/{instance}/reset/", {"seed": 1}, **key)
    return instance


@pytest.mark.parametrize("mode", ["local", "each alone"])
def test_a_teacher_lists_everyones_and_others_their_own(mode: str, classroom: Settings) -> None:
    with served(mode, classroom) as client:
        api = Api(client)
        own, anns = made(api, TEACHER), made(api, ANN)
        assert api.get("/v1/envs/", **TEACHER).json == {own: "CartPole-v1"}
        everyones = {own: "CartPole-v1", f"ann:{anns}": "CartPole-v1"}
        assert api.get("/v1/envs/?owners=all", **TEACHER).json == everyones
        assert api.get("/v1/envs/?owners=all", **ANN).json == {anns: "CartPole-v1"}
        assert api.get("/v1/envs/?owners=all", **BOB).json == {}
        assert api.get("/v1/envs/?owners=ann", **TEACHER).status == 422
        assert api.get("/v1/envs/?owners=all").status == 401


def test_a_teacher_sees_the_pictures_of_others_and_nobody_else_does(classroom: Settings) -> None:
    with served("local", classroom) as client:
        api = Api(client)
        anns = made(api, ANN)
        watched = f"/v1/monitor/frames/?since=&width=64&ids=ann:{anns}"
        assert b"JFIF" in api.get(watched, **TEACHER).content
        for key in (BOB, ANN):
            content = api.get(watched, **key).content
            assert b"JFIF" not in content
            assert b'"gone":true' in content


def test_a_teacher_changes_nothing_of_others(classroom: Settings) -> None:
    with served("local", classroom) as client:
        api = Api(client)
        anns = made(api, ANN)
        for instance in (anns, f"ann:{anns}", f"ann%3A{anns}"):
            assert api.post(f"/v1/envs/{instance}/step/", {"action": 1}, **TEACHER).status == 404
            assert api.delete(f"/v1/envs/{instance}/", **TEACHER).status == 404
        assert api.post(f"/v1/envs/{anns}/step/", {"action": 1}, **ANN).status == 200


def test_without_keys_there_is_one_owner(api: Api) -> None:
    instance = api.create("CartPole-v1").rpartition("/")[2]
    assert api.get("/v1/envs/?owners=all").json == {instance: "CartPole-v1"}
    assert list(seen(api, instance)[0]) == [instance]
