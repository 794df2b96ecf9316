"""The searches of clients/examples/search find what they look for, at a small size."""

from collections.abc import Iterator

import pytest

from tests.benchmarks.search import FOLDER, LEAST, mean_return, ran
from tests.servers import Server, uvicorn


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("store")
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{store}/snapshots.db") as running:
        yield running


def test_tree_search_keeps_the_pole_up(server: Server) -> None:
    """Random play lasts some 20 steps."""
    assert mean_return(ran("mcts_cartpole.py", server.url, "--steps", "60")) == 60


def test_the_cross_entropy_method_swings_the_pendulum_up(server: Server) -> None:
    """A pendulum that hangs loses 400 in as many steps."""
    assert mean_return(ran("cem_pendulum.py", server.url, "--steps", "40")) > -200


def test_go_explore_finds_the_goal(server: Server) -> None:
    assert "goal after" in ran("go_explore.py", server.url)


def test_every_environment_is_closed_again(server: Server) -> None:
    assert server.send("GET", "/v1/envs/").json == {}


def test_each_program_is_under_100_lines() -> None:
    programs = [*FOLDER.glob("*.py")]
    assert {program.name for program in programs} == {*LEAST, "go_explore.py", "seeds.py"}
    for program in programs:
        assert len(program.read_text().splitlines()) < 100
