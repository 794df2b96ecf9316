"""Each autoreset mode begins the next episode when Gymnasium does."""

from tests.applications import Api


def test_autoreset_next_step_begins_the_episode_on_the_step_after_the_end(api: Api) -> None:
    instance = api.create("MountainCar-v0", max_episode_steps=1, autoreset="NextStep", seed=2)
    api.post(f"{instance}/reset/")
    assert api.post(f"{instance}/step/", {"action": 1}).json["truncated"] is True
    reply = api.post(f"{instance}/step/", {"action": 1}).json
    assert (reply["reward"], reply["truncated"]) == (0.0, False)
    record = api.get(instance).json
    assert (record["episode"], record["steps"]) == (2, 0)


def test_autoreset_same_step_hands_out_what_ended_in_info(api: Api) -> None:
    instance = api.create("MountainCar-v0", max_episode_steps=1, autoreset="SameStep", seed=2)
    api.post(f"{instance}/reset/")
    reply = api.post(f"{instance}/step/", {"action": 1}).json
    assert reply["truncated"] is True
    assert reply["info"]["final_obs"] != reply["observation"]
    assert reply["info"]["final_info"] == {}
    assert api.get(instance).json["episode"] == 2
