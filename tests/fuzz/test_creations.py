"""A small share of the fuzz of creations: one server outlives whatever its clients want to be made."""

from itertools import islice
from pathlib import Path

import httpx2

from tests.fuzz.creations import NASTY, Creation, drawn, environment, kinds, tried
from tests.servers import uvicorn

_KNOWN = (
    Creation("HalfCheetah-v5", None, {"render_mode": "human"}),
    Creation("FrozenLake-v1", None, {"render_mode": "human"}),
    Creation("Swimmer-v5", "rgb_array", {"camera_id": 1}),
    Creation("Reacher-v5", "rgb_array", {"default_camera_config": {"type": 2, "fixedcamid": 9}}),
)
"""Each of these has ended a server."""


def test_a_server_outlives_what_it_is_asked_to_make(tmp_path: Path) -> None:
    with uvicorn(**environment(str(tmp_path))) as server, httpx2.Client(timeout=180) as client:
        for creation in _KNOWN:
            assert tried(server, client, creation) == {400: 1}, creation
        for creation in islice(drawn(0), 10):
            tried(server, client, creation)
        assert server.process.poll() is None


def test_every_family_and_its_own_arguments_are_drawn() -> None:
    names = {family: {name for kind in each for name in kind.names} for family, each in kinds().items()}
    assert names.keys() >= {"classic-control", "toy-text", "box2d", "mujoco", "atari"}
    assert "camera_id" in names["mujoco"]
    assert "hardcore" in names["box2d"]
    assert "difficulty" in names["atari"]
    assert "desc" in names["toy-text"]
    assert not {"kwargs", "self", "render_mode"} & {name for each in names.values() for name in each}


def test_the_same_seed_draws_the_same_creations() -> None:
    assert [*islice(drawn(3), 50)] == [*islice(drawn(3), 50)] != [*islice(drawn(4), 50)]
    assert len({repr(value) for value in NASTY}) == len(NASTY)
