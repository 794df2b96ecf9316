"""A line of the log is also a message of CloudWatch's embedded metric format, where a namespace is given."""

import json
from typing import Any

import msgspec

from shared.web.observe.embedded_metrics import embedded_metrics
from shared.web.observe.log import LogWriter
from shared.web.observe.request_log import RequestLog
from tests.shared.web.observe.test_log import pipe, read_all

__all__ = ["pipe"]


def written(pipe: int, problem: str | None) -> dict[str, Any]:
    """The line of one call to a function that is part of a deployment."""
    log = RequestLog({}, "an-id", problem=problem, ended=1764201600.25)
    LogWriter("calls", "gym-http/gym").note(log, "POST", "/v1/envs/{instance_id}/step/", 503 if problem else 200)
    [line] = read_all(pipe)
    return line


def metrics_of(line: dict[str, Any]) -> dict[tuple[str, str], float]:
    """What CloudWatch takes from the line: each metric's value by its name and its dimensions' values.

    Source: "Specification: Embedded metric format". Every name has to be a member of the line; a metric's value is
    a number, and a dimension's a text.
    """
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "gym-http/gym"
        for [dimension] in directive["Dimensions"]:
            assert isinstance(line[dimension], str)
            for metric in directive["Metrics"]:
                assert isinstance(line[metric["Name"]], int | float)
                assert metric["Unit"] in {"Milliseconds", "Count"}
                found[metric["Name"], line[dimension]] = line[metric["Name"]]
    return found


def test_a_call_is_its_milliseconds_by_endpoint(pipe: int) -> None:
    line = written(pipe, None)
    assert metrics_of(line) == {("total_ms", "/v1/envs/{instance_id}/step/"): line["total_ms"]}
    assert "problems" not in line


def test_a_refused_call_also_counts_its_problem(pipe: int) -> None:
    found = metrics_of(written(pipe, "store-unavailable"))
    assert found["problems", "store-unavailable"] == 1
    assert len(found) == 2


def test_the_time_is_in_whole_milliseconds(pipe: int) -> None:
    assert written(pipe, None)["_aws"]["Timestamp"] == 1764201600250


def test_without_a_namespace_a_line_has_no_metrics(pipe: int) -> None:
    LogWriter("calls").note(RequestLog({}, "an-id", problem="contended"), "GET", "/v1/envs/", 409)
    [line] = read_all(pipe)
    assert not {"_aws", "problems"} & line.keys()


def test_the_members_have_the_formats_own_names() -> None:
    made = json.loads(msgspec.json.encode(embedded_metrics("n", 1.0, True)))
    assert made == {
        "Timestamp": 1000,
        "CloudWatchMetrics": [
            {
                "Namespace": "n",
                "Dimensions": [["endpoint"]],
                "Metrics": [{"Name": "total_ms", "Unit": "Milliseconds"}],
            },
            {"Namespace": "n", "Dimensions": [["problem"]], "Metrics": [{"Name": "problems", "Unit": "Count"}]},
        ],
    }
