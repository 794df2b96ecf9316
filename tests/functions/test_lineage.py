"""Where an environment comes from, and what was made of it, is told as long as it is there."""

from tests.applications import Api


def ids(relatives: list[dict[str, str]]) -> list[str]:
    return [each["instance_id"] for each in relatives]


def test_forks_of_forks_are_told_both_ways(api: Api) -> None:
    root = api.create(record=True, name="root")
    api.post(f"{root}/reset/", {"seed": 1})
    [child] = api.post(f"{root}/fork/").json["instance_ids"]
    api.post(f"/v1/envs/{child}/step/", {"action": 1})
    [grandchild] = api.post(f"/v1/envs/{child}/fork/", {"revision": 1}).json["instance_ids"]
    assert ids(api.get(f"{root}/lineage/").json["descendants"]) == [child, grandchild]
    found = api.get(f"/v1/envs/{grandchild}/lineage/").json
    assert ids(found["ancestors"]) == [child, root[-36:]]
    assert (found["ancestors"][1]["name"], found["descendants"]) == ("root", [])
    assert found["ancestors"][0]["origin"] == {"instance_id": root[-36:], "revision": 1}


def test_what_is_closed_is_told_while_its_calls_are_kept(local: Api) -> None:
    root = local.create(record=True)
    local.post(f"{root}/reset/", {"seed": 1})
    [child] = local.post(f"{root}/fork/").json["instance_ids"]
    local.delete(root)
    [ancestor] = local.get(f"/v1/envs/{child}/lineage/").json["ancestors"]
    assert (ancestor["instance_id"], ancestor["closed"]) == (root[-36:], True)
    assert ids(local.get(f"{root}/lineage/").json["descendants"]) == [child]
    local.delete(f"{root}/history/")
    assert local.get(f"/v1/envs/{child}/lineage/").json["ancestors"] == []
    assert local.get(f"{root}/lineage/").status == 404


def test_futures_that_were_kept_are_descendants(local: Api) -> None:
    root = local.create(record=True)
    local.post(f"{root}/reset/", {"seed": 1})
    [kept] = local.post(f"{root}/explore/", {"sequences": [[1, 1]], "keep": {"best": 1}}).json["kept"]
    assert ids(local.get(f"{root}/lineage/").json["descendants"]) == [kept["instance_id"]]


def test_a_keyed_fork_is_told_once(local: Api) -> None:
    root = local.create(record=True)
    local.post(f"{root}/reset/", {"seed": 1})
    for _ in range(2):
        made = local.post(f"{root}/fork/", {"count": 2}, **{"idempotency-key": "a"}).json["instance_ids"]
    assert sorted(ids(local.get(f"{root}/lineage/").json["descendants"])) == sorted(made)


def test_without_a_log_no_descendants_are_known(local: Api) -> None:
    root = local.create()
    [child] = local.post(f"{root}/fork/").json["instance_ids"]
    assert local.get(f"{root}/lineage/").json == {"ancestors": [], "descendants": []}
    assert ids(local.get(f"/v1/envs/{child}/lineage/").json["ancestors"]) == [root[-36:]]
