"""A team hears of what goes wrong: logs without secrets, alarms on metrics that there are, a dashboard."""

import json
import re
from typing import Any

import yaml

from infra.aws.intrinsics import Loader
from infra.aws.template import PATH, read
from shared.web.observe.embedded_metrics import embedded_metrics
from shared.web.protocol.problems import PROBLEMS

RESOURCES: dict[str, dict[str, Any]] = yaml.load(PATH.read_text(), Loader)["Resources"]
ALARMS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::CloudWatch::Alarm"
}
NAMESPACE = "gym-http/${AWS::StackName}"


def test_every_alarm_is_told_and_so_is_its_end() -> None:
    assert len(ALARMS) == 6
    for alarm in ALARMS.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]


def test_alarms_on_our_own_metrics_name_what_lines_of_the_log_carry() -> None:
    ours = [alarm for alarm in ALARMS.values() if alarm["Namespace"] == {"Fn::Sub": NAMESPACE}]
    names = {problem.name for problem in PROBLEMS.values()}
    carried = {
        (metric.name, dimension)
        for directive in embedded_metrics("n", 0, True).directives
        for metric in directive.metrics
        for [dimension] in directive.dimensions
    }
    assert {alarm["Dimensions"][0]["Value"] for alarm in ours} == {"contended", "store-unavailable"} <= names
    assert {(alarm["MetricName"], alarm["Dimensions"][0]["Name"]) for alarm in ours} <= carried


def test_functions_write_to_the_namespace_of_the_alarms() -> None:
    for function in read({"SnapshotBucket": "b", "SigningKey": "arn", "AWS::StackName": "class"}).functions:
        assert function.environment["GYM_HTTP_METRICS_NAMESPACE"] == "gym-http/class"


def test_a_sweep_that_does_not_come_is_an_alarm_and_one_that_fails_leaves_a_message() -> None:
    late = ALARMS["SweepIsLate"]
    assert (late["TreatMissingData"], late["Period"] * late["EvaluationPeriods"]) == ("breaching", 3 * 3600)
    sweep = RESOURCES["SweepFunction"]["Properties"]
    queue = {"Fn::GetAtt": "UnsweptEvents.Arn"}
    assert sweep["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert sweep["Events"]["Hourly"]["Properties"]["DeadLetterConfig"]["Arn"] == queue
    assert ALARMS["SweepFailed"]["Dimensions"][0]["Value"] == {"Fn::GetAtt": "UnsweptEvents.QueueName"}
    assert sweep["ReservedConcurrentExecutions"]["Fn::If"][1] == 1


def test_two_stacks_of_one_region_have_no_name_in_common() -> None:
    """What is named by hand is named after the stack; a schedule of SAM's would have the same name in each."""
    assert RESOURCES["SweepFunction"]["Properties"]["Events"]["Hourly"]["Properties"]["OmitName"] is True
    for resource in RESOURCES.values():
        text = json.dumps(resource.get("Properties", {}))
        for name in re.findall(
            r'"(?:Name|DashboardName|TopicName|QueueName|BucketName)": \{"Fn::Sub": "([^"]+)"', text
        ):
            assert "${AWS::StackName}" in name
            assert "${AWS::Region}" in name


def test_the_access_log_is_json_that_holds_no_path_and_no_query() -> None:
    """A path has the ids of instances, and a query may have a ticket that opens one."""
    form = RESOURCES["Api"]["Properties"]["AccessLogSettings"]["Format"]
    assert set(json.loads(form)) >= {"request", "route", "status", "ms", "function_error"}
    assert not re.search(r"\$context\.(path|http|domain|authorizer)|header|query", form)


def test_every_group_of_logs_is_kept_for_as_long_as_the_parameter_says() -> None:
    groups = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::Logs::LogGroup"]
    assert len(groups) == 2
    assert all(group["RetentionInDays"] == {"Ref": "LogDays"} for group in groups)


def test_the_dashboard_is_json_and_shows_resources_that_there_are() -> None:
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    names = set(re.findall(r"\$\{([A-Za-z]+)(?:\.Arn)?\}", body))
    assert names <= RESOURCES.keys()
    assert names >= ALARMS.keys()
    widgets = json.loads(re.sub(r"\$\{[^}]+\}", "x", body))["widgets"]
    assert [widget["type"] for widget in widgets].count("metric") == 5
