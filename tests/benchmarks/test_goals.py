"""A goal is met or missed by its measurement alone."""

from typing import Any

import pytest

from tests.benchmarks.contenders import ECHO, IN_MEMORY, IN_PROCESS, SQLITE
from tests.benchmarks.goals import Goal, goals
from tests.benchmarks.wires import clients, servers


def test_an_upper_bound_is_met_from_below_and_a_lower_one_from_above() -> None:
    assert Goal("time", 2.5, 2.5).met
    assert not Goal("time", 2.5, 2.6).met
    assert Goal("rate", 2, 2.1, most=False).met
    assert not Goal("rate", 2, 1.9, most=False).met


def figures(who: str, what: str, connections: int, **measured: list[float]) -> dict[str, Any]:
    return {"env_id": "CartPole-v1", "what": what, "connections": connections, "who": who, **measured}


def test_the_goals_of_speed_are_ratios_of_the_rounds_medians() -> None:
    found = goals(
        {
            "speed": [
                figures(ECHO, "step", 1, p50_s=[1, 1, 9]),
                figures(IN_MEMORY, "step", 1, p50_s=[8, 8, 8]),
                figures(SQLITE, "step", 1, p50_s=[2, 3, 100]),
                figures(IN_MEMORY, "step", 64, steps_per_s=[10]),
                figures(SQLITE, "step", 64, steps_per_s=[25]),
                figures(SQLITE, "rollout", 1, steps_per_s=[8]),
                figures(IN_PROCESS, "rollout", 1, steps_per_s=[10]),
            ]
        }
    )
    assert [goal.measured for goal in found] == [3 / 8, 3, 2.5, 0.8]
    assert [goal.met for goal in found] == [True, False, True, True]


def test_the_goals_of_workers_are_what_two_take_by_what_one_takes() -> None:
    [step, batch] = goals(
        {"workers": [{"what": "a step", "one": 2.0, "two": 2.2}, {"what": "b", "one": 1, "two": 2}]}
    )
    assert (step.what, step.met, batch.met) == (
        "processor time of a step by two workers, by that of one",
        True,
        False,
    )


def test_the_goal_of_the_pages_is_the_playgrounds_first_paint() -> None:
    [goal] = goals({"paint": [{"page": "index", "first": 3.0}, {"page": "agent", "first": 0.4}]})
    assert (goal.measured, goal.bound, goal.met) == (0.4, 1.0, True)


def test_the_goal_of_explorations_is_a_share_of_the_bare_loops_rate() -> None:
    figures = {"explored": 2.0, "looped": 1.4, "client_explored": 1e-5, "client_forked": 1e-3}
    [goal, by_client] = goals({"explore": figures})
    assert (by_client.met, round(by_client.measured)) == (True, 100)
    assert goal.measured == pytest.approx(0.7)
    assert goal.met


def test_the_goals_of_recording_are_ratios_of_one_run() -> None:
    figures = {
        "served_plain_step": 1.0,
        "served_recorded_step": 1.05,
        "recorded_rollout": 3.0,
        "looped": 2.0,
        "verified": 0.002,
        "bytes_a_step": 20.0,
    }
    found = goals({"record": figures})
    assert [goal.measured for goal in found] == pytest.approx([1.05, 2 / 3, 0.5, 20.0])
    assert all(goal.met for goal in found)


def test_the_goals_of_stores_are_of_the_longest_page_and_of_one_run() -> None:
    figures = {
        "memory_step_s": 0.0005,
        "s3_step_s": 0.001,
        "distant_rate": 240.0,
        "beside_forks_p99_s": 0.04,
        "pages_s": [0.1, 0.4, 0.2],
    }
    found = goals({"stores": figures})
    assert [goal.measured for goal in found] == pytest.approx([1.0, 2.0, 240.0, 40.0, 0.4])
    assert [goal.met for goal in found] == [True, True, False, True, False]


def test_the_goals_of_wires_are_shares_of_what_openenvs_server_and_client_take() -> None:
    def step(wire: str, connections: int, processor: float, p50: float = 1.0) -> dict[str, Any]:
        return {"wire": wire, "connections": connections, "processor": processor, "p50": p50}

    def client(name: str, processor: float, server: float) -> dict[str, Any]:
        return {"client": name, "processor": processor, "server": server, "p50": 1.0}

    found = goals(
        {
            "wires": {
                "steps": [
                    step(servers.OPENENV, 1, 4.0),
                    step(servers.KEYED, 1, 3.0, p50=1.5),
                    step(servers.HTTP, 1, 5.0, p50=2.0),
                    step(servers.OPENENV, 64, 2.0),
                    step(servers.KEYED, 64, 1.0),
                    step(servers.HTTP, 64, 2.2),
                ],
                "clients": [
                    client(clients.THEIRS, 4.0, 2.0),
                    client(clients.FACE, 4.0, 1.0),
                    client(clients.SESSION, 2.0, 1.0),
                ],
            }
        }
    )
    assert [goal.measured for goal in found] == pytest.approx([0.5, 0.75, 1.1, 0.75, 0.5, 0.5])
    assert [goal.met for goal in found] == [True, True, False, True, True, True]
