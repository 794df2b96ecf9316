"""The load counts steps alone, resets after an episode, and stops at a refusal."""

import pytest

from tests.benchmarks.load import Player, RefusedRequest, drive, request
from tests.servers import uvicorn

STEPS = [request("/step", b'{"action":0}'), request("/step", b'{"action":1}')]
RESET = request("/reset", b"{}")


def test_a_player_plays_its_actions_in_turn() -> None:
    player = Player(STEPS, RESET)
    assert [player(b"{}") for _ in range(3)] == [(STEPS[0], True), (STEPS[1], True), (STEPS[0], True)]


@pytest.mark.parametrize("ended", [b'{"terminated":true}', b'{"terminated":false,"truncated":true}'])
def test_after_an_episodes_end_comes_a_reset_that_does_not_count(ended: bytes) -> None:
    player = Player(STEPS, RESET)
    assert player(ended) == (RESET, False)
    assert player(b"{}") == (STEPS[0], True)


def test_every_connection_is_answered_until_the_time_is_over() -> None:
    with uvicorn("tests.benchmarks.echo:app") as server:
        port = int(server.url.rpartition(":")[2])
        run = drive(port, [Player(STEPS, RESET) for _ in range(3)], seconds=0.05)
    assert len(run.latencies) >= 3
    assert all(0 < latency <= run.elapsed for latency in run.latencies)


def test_a_refusal_ends_the_measurement() -> None:
    with uvicorn("tests.benchmarks.in_memory:app") as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(RefusedRequest, match="404"):
            drive(port, [Player(STEPS, RESET)], seconds=0.05)
