"""What nobody drew is drawn afterwards, pixel by pixel as `RecordVideo` would have."""

import base64
import io
import json
import struct
from typing import Any

import gymnasium
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from shared.codec import exact
from tests.applications import Api

ACTIONS = [0, 1, 1, 0, 1] * 3


def played(api: Api, env_id: str = "CartPole-v1", **created: Any) -> str:
    """An instance with two episodes of 15 steps: revisions 1 to 16, and 17 with a rollout as 18."""
    instance = api.create(env_id, record=True, **created)
    api.post(f"{instance}/reset/", {"seed": 1})
    for action in ACTIONS:
        api.post(f"{instance}/step/", {"action": action})
    api.post(f"{instance}/reset/", {"seed": 2})
    api.post(f"{instance}/rollout/", {"actions": ACTIONS, "include": []})
    return instance


def filmed(env_id: str = "CartPole-v1", seed: int = 1) -> list[NDArray[np.uint8]]:
    """The frames that an uninterrupted environment draws of the same episode."""
    env = gymnasium.make(env_id, render_mode="rgb_array")
    env.reset(seed=seed)
    frames: list[Any] = [env.render()]
    for action in ACTIONS:
        env.step(action)
        frames.append(env.render())
    env.close()
    return frames


def parts(content: bytes) -> list[tuple[dict[str, Any], bytes]]:
    found, at = [], 0
    while at < len(content):
        pieces = []
        for _ in range(2):
            [length] = struct.unpack_from(">I", content, at)
            pieces.append(content[at + 4 : at + 4 + length])
            at += 4 + length
        found.append((json.loads(pieces[0]), pieces[1]))
    return found


@pytest.mark.parametrize("render_mode", [None, "rgb_array"])
@pytest.mark.parametrize("env_id", ["CartPole-v1", "LunarLander-v3"])
def test_a_place_has_the_film_s_frame(local: Api, env_id: str, render_mode: str | None) -> None:
    instance = played(local, env_id, render_mode=render_mode)
    frames = filmed(env_id)
    for revision in (1, 6, 16):
        reply = local.get(f"{instance}/at/{revision}/render/", accept=exact.MEDIA_TYPE)
        picture = exact.decode(reply.content)["picture"]
        np.testing.assert_array_equal(picture, frames[revision - 1])


def test_a_picture_is_a_png_also_within_a_rollout(api: Api) -> None:
    instance = played(api)
    reply = api.get(f"{instance}/at/18.3/render/")
    assert (reply.json["render_mode"], reply.headers["etag"]) == ("rgb_array", '"18"')
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(reply.json["data"]))))
    np.testing.assert_array_equal(picture, filmed(seed=2)[4])


def test_a_run_of_frames_goes_over_episodes(api: Api) -> None:
    instance = played(api)
    *frames, (end, _) = parts(api.get(f"{instance}/frames/?from=15&to=18.1&width=120").content)
    assert end == {"next": None}
    places = [(told["revision"], told["index"], told["episode"], told["step"]) for told, _ in frames]
    assert places == [(15, None, 1, 14), (16, None, 1, 15), (17, None, 2, 0), (18, 0, 2, 1), (18, 1, 2, 2)]
    for told, content in frames:
        assert told["content_type"] == "image/jpeg"
        assert Image.open(io.BytesIO(content)).size == (120, 80)


def test_a_long_run_goes_on_where_it_ended(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.filming.frames.MOST_FRAMES", 10)
    instance, steps, begin = played(local), list[tuple[int, int]](), "1"
    while begin is not None:
        *frames, (end, _) = parts(local.get(f"{instance}/frames/?from={begin}").content)
        assert len(frames) <= 10
        steps += [(told["episode"], told["step"]) for told, _ in frames]
        begin = end["next"]
    assert steps == [(episode, step) for episode in (1, 2) for step in range(16)]


def test_frames_are_drawn_once(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = played(local)
    first = local.get(f"{instance}/frames/?from=1&to=18").content
    monkeypatch.setattr("shared.session.filming.frames.Drawing", None)
    assert local.get(f"{instance}/frames/?from=1&to=18").content == first
    assert parts(local.get(f"{instance}/frames/?from=4&to=4").content)[0] == parts(first)[3]


def test_between_two_steps_the_picture_is_that_of_the_step_before(local: Api) -> None:
    instance = local.create(record=True)
    local.post(f"{instance}/reset/", {"seed": 1})
    local.post(f"{instance}/step/", {"action": 0})
    local.post(f"{instance}/action_space/sample/")
    assert local.get(f"{instance}/at/3/render/").json == local.get(f"{instance}/at/2/render/").json


def test_each_of_a_vector_is_drawn(local: Api) -> None:
    instance = local.create(record=True, num_envs=2)
    local.post(f"{instance}/reset/", {"seed": 5})
    local.post(f"{instance}/step/", {"action": [0, 1]})
    pictures = [local.get(f"{instance}/at/2/render/?env={env}").json["data"] for env in range(2)]
    assert len({*pictures}) == 2


def test_a_branch_is_drawn_from_where_it_begins(local: Api) -> None:
    instance = played(local)
    [fork] = local.post(f"{instance}/fork/", {"revision": 6}).json["instance_ids"]
    local.post(f"/v1/envs/{fork}/step/", {"action": ACTIONS[5]})
    *frames, _ = parts(local.get(f"/v1/envs/{fork}/frames/?from=1").content)
    assert [told["step"] for told, _ in frames] == [1]
    assert local.get(f"/v1/envs/{fork}/at/1/render/").json == local.get(f"{instance}/at/7/render/").json


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("at/99/render/", 404),
        ("at/x/render/", 422),
        ("at/1/render/?env=1", 422),
        ("frames/", 422),
        ("frames/?from=x", 422),
        ("frames/?from=1&to=x", 422),
        ("frames/?from=1&width=9", 422),
        ("frames/?from=99", 404),
        ("frames/?from=1&to=99", 404),
    ],
)
def test_what_is_not_there_is_refused(local: Api, path: str, status: int) -> None:
    instance = local.create(record=True)
    local.post(f"{instance}/reset/")
    assert local.get(f"{instance}/{path}").status == status


def test_before_the_first_reset_there_is_no_picture(local: Api) -> None:
    instance = local.create(record=True)
    local.post(f"{instance}/action_space/sample/")
    local.post(f"{instance}/reset/")
    assert local.get(f"{instance}/at/1/render/").json["type"] == "urn:gym-http:problem:reset-needed"
