"""What was recorded is listed by name, of closed environments too."""

from typing import Any

import pytest

from tests.applications import Api


def test_recordings_have_names_and_outlive_their_environment(api: Api) -> None:
    api.post(f"{api.create()}/reset/")  # records nothing
    created = api.create(record=True, name="by creation")
    later = api.create()
    api.post(f"{later}/record/", {"on": True, "name": "later"})
    for instance in (created, later):
        api.post(f"{instance}/reset/", {"seed": 1})
        api.post(f"{instance}/step/", {"action": 1})
    api.delete(created)
    found = {each["name"]: each for each in api.get("/v1/recordings/").json["recordings"]}
    assert found.keys() == {"by creation", "later"}
    assert (found["by creation"]["closed"], found["by creation"]["recording"]) == (True, False)
    assert (found["later"]["closed"], found["later"]["recording"]) == (False, True)
    assert found["later"]["instance_id"] == later[-36:]
    assert (found["later"]["env_id"], found["later"]["steps"], found["later"]["episode"]) == ("CartPole-v1", 1, 1)


def test_recordings_come_in_pages(local: Api) -> None:
    instances = sorted(local.create(record=True)[-36:] for _ in range(3))
    for instance in instances:
        local.post(f"/v1/envs/{instance}/reset/")
    pages, after = list[dict[str, Any]](), ""
    while True:
        pages.append(local.get(f"/v1/recordings/?limit=2{after}").json)
        if pages[-1]["next"] is None:
            break
        after = f"&after={pages[-1]['next']}"
    assert [[each["instance_id"] for each in page["recordings"]] for page in pages] == [
        instances[:2],
        instances[2:],
    ]


def test_a_name_stays_until_another_is_given(local: Api) -> None:
    instance = local.create(record=True, name="first")
    local.post(f"{instance}/reset/", {"seed": 1})
    local.post(f"{instance}/restore/", {"revision": 1})
    local.post(f"{instance}/record/", {"on": True})
    assert local.get(instance).json["name"] == "first"
    local.post(f"{instance}/record/", {"on": True, "name": "second"})
    assert local.get(instance).json["name"] == "second"
    [fork] = local.post(f"{instance}/fork/").json["instance_ids"]
    assert local.get(f"/v1/envs/{fork}").json["name"] == ""


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=" + "0" * 5000, "after=x"])
def test_what_is_no_page_is_422(local: Api, query: str) -> None:
    assert local.get(f"/v1/recordings/?{query}").status == 422


def test_a_name_over_200_characters_is_422(local: Api) -> None:
    assert local.post("/v1/envs/", {"env_id": "CartPole-v1", "name": "x" * 201}).status == 422
    assert local.post(f"{local.create()}/record/", {"on": True, "name": "x" * 201}).status == 422
