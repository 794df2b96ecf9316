"""An episode is filmed afterwards, in MP4 and WebP, with the frames that it had."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.applications import Api
from tests.functions.test_frames import filmed, played


def test_an_mp4_has_every_frame(local: Api) -> None:
    av = pytest.importorskip("av")
    instance = played(local)
    reply = local.get(f"{instance}/episodes/1/video/?format=mp4")
    assert (reply.status, reply.headers["content-type"], reply.headers["etag"]) == (200, "video/mp4", '"18"')
    with av.open(io.BytesIO(reply.content)) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (600, 400, 50)
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
    assert len(frames) == 16
    for found, expected in zip(frames, filmed(), strict=True):
        assert np.abs(found.astype(int) - expected).mean() < 3


def test_a_webp_lasts_as_long_as_its_part(api: Api) -> None:
    instance = played(api)
    reply = api.get(f"{instance}/episodes/2/video/?format=webp&fps=10&width=60&from=3&to=7")
    assert (reply.status, reply.headers["content-type"]) == (200, "image/webp")
    film: Any = Image.open(io.BytesIO(reply.content))
    assert film.size == (60, 40)
    milliseconds = 0
    for number in range(film.n_frames):  # equal frames are one that lasts longer
        film.seek(number)
        film.load()
        milliseconds += film.info["duration"]
    assert milliseconds == 500


def test_the_film_of_an_episode_that_is_over_is_made_once(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = played(local)
    path = f"{instance}/episodes/1/video/?format=webp&width=60"
    first = local.get(path)
    monkeypatch.setattr("shared.session.filming.films.Encoding", None)
    assert local.get(path).content == first.content
    local.delete(instance)
    assert local.get(path).content == first.content
    local.delete(f"{instance}/history/")
    assert local.get(path).status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("episodes/9/video/", 404),
        ("episodes/x/video/", 422),
        ("episodes/1/video/?format=gif", 422),
        ("episodes/1/video/?fps=0", 422),
        ("episodes/1/video/?width=5000", 422),
        ("episodes/1/video/?from=2&to=1", 422),
        ("episodes/1/video/?to=99", 422),
        ("episodes/1/video/?env=1", 422),
    ],
)
def test_what_is_no_film_is_refused(local: Api, path: str, status: int) -> None:
    instance = local.create(record=True)
    local.post(f"{instance}/reset/")
    assert local.get(f"{instance}/{path}").status == status


def test_a_film_that_is_too_long_is_refused_with_the_part_that_is_not(
    local: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.session.filming.films.MOST_FRAMES", {"webp": 4, "mp4": 4})
    reply = local.get(f"{played(local)}/episodes/1/video/?format=webp")
    assert reply.status == 422
    assert "?from=0&to=3" in reply.json["detail"]


def test_without_pyav_an_mp4_is_not_installed(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    instance = played(local)
    reply = local.get(f"{instance}/episodes/1/video/?format=mp4")
    assert (reply.status, reply.json["type"]) == (404, "urn:gym-http:problem:not-installed")
    assert local.get(f"{instance}/episodes/1/video/?width=60").headers["content-type"] == "image/webp"
