"""Variables that are others' mean here what they mean to whoever defined them."""

import os
import re
from pathlib import Path

import boto3
import pytest

from shared import variables
from shared.errors import Misconfigured
from shared.variables import (
    AWSVariables,
    aws,
    count_in,
    counts_folder,
    drop_empty_endpoints,
    function_memory_bytes,
    name_certificates,
    name_region,
    prepare_process,
    traces_endpoint,
)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"AWS_REGION": "fr-par"}, "fr-par"),
        ({"AWS_REGION": "fr-par", "AWS_DEFAULT_REGION": "nl-ams"}, "nl-ams"),
        ({"AWS_REGION": ""}, None),
        ({}, None),
    ],
)
def test_boto3_finds_the_region_by_the_name_that_all_clients_of_aws_read(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], found: str | None
) -> None:
    monkeypatch.setattr(os, "environ", {"AWS_CONFIG_FILE": "/nowhere", **given})
    name_region()
    assert boto3.session.Session().region_name == found


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, None),
        ({"OTEL_SERVICE_NAME": "gym"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "http://collector:4318"),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://b/v1/traces",
            },
            "https://b/v1/traces",
        ),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
            "http://a",
        ),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, None),
    ],
)
def test_traces_are_sent_where_opentelemetrys_own_variables_say(
    given: dict[str, str], endpoint: str | None
) -> None:
    assert traces_endpoint(given) == endpoint


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4318'"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http:///x"}, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and traces are sent by http/protobuf alone",
        ),
    ],
)
def test_a_collector_that_cannot_be_meant_is_named(given: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured, match=re.escape(told)):
        traces_endpoint(given)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, AWSVariables(None, None, None, False)),
        ({"AWS_ENDPOINT_URL": "http://one", "AWS_REGION": "r"}, AWSVariables("http://one", "r", None, False)),
        (
            {"AWS_ENDPOINT_URL": "http://one", "AWS_ENDPOINT_URL_S3": "http://two"},
            AWSVariables("http://two", None, None, False),
        ),
        ({"AWS_DEFAULT_REGION": "first", "AWS_REGION": "second"}, AWSVariables(None, "first", None, False)),
        ({"AWS_CA_BUNDLE": "/a/b.pem"}, AWSVariables(None, None, None, False, Path("/a/b.pem"))),
        ({"AWS_ACCESS_KEY_ID": "a", "AWS_PROFILE": ""}, AWSVariables(None, None, None, False)),
        (
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_PROFILE": "p"},
            AWSVariables(None, None, "p", True),
        ),
    ],
)
def test_the_variables_of_aws_are_read_as_boto3_reads_them(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], found: AWSVariables
) -> None:
    monkeypatch.setattr(os, "environ", given)
    assert aws() == found


def test_processes_count_together_where_prometheus_clients_own_variable_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert counts_folder({}) is None
    assert counts_folder({"PROMETHEUS_MULTIPROC_DIR": ""}) is None
    monkeypatch.setattr(os, "environ", {})
    count_in("/dev/shm/counts")
    assert counts_folder() == "/dev/shm/counts"


def test_an_empty_endpoint_is_unset_and_another_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """obstore would panic, which ends the process."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    drop_empty_endpoints()
    assert "AWS_ENDPOINT_URL_S3" not in os.environ
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"AWS_LAMBDA_FUNCTION_NAME": "StepEnvFunction"}, "bundle.crt"),
        ({"AWS_LAMBDA_FUNCTION_NAME": "StepEnvFunction", "SSL_CERT_FILE": "own.crt"}, "own.crt"),
        ({"AWS_LAMBDA_FUNCTION_NAME": "StepEnvFunction", "SSL_CERT_DIR": "own"}, None),
        ({}, None),
    ],
)
def test_a_function_reads_the_systems_certificates_from_one_file_unless_others_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bundle.crt").touch()
    monkeypatch.setattr(variables, "_BUNDLES", ("of-another-system.crt", "bundle.crt"))
    monkeypatch.setattr(os, "environ", {**given})
    name_certificates()
    assert os.environ.get("SSL_CERT_FILE") == named


def test_a_function_whose_system_has_no_such_file_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "_BUNDLES", ())
    monkeypatch.setattr(os, "environ", {"AWS_LAMBDA_FUNCTION_NAME": "StepEnvFunction"})
    name_certificates()
    assert os.environ == {"AWS_LAMBDA_FUNCTION_NAME": "StepEnvFunction"}


@pytest.mark.parametrize(("size", "memory"), [("512", 512 * 2**20), ("", None), ("much", None)])
def test_a_function_knows_its_memory_and_another_process_has_none_to_know(
    monkeypatch: pytest.MonkeyPatch, size: str, memory: int | None
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", size)
    assert function_memory_bytes() == memory


@pytest.mark.parametrize(
    ("given", "headless"),
    [
        ({}, "True"),
        ({"DISPLAY": ""}, "True"),
        ({"DISPLAY": ":0"}, None),
        ({"PYGLET_HEADLESS": "False"}, "False"),
        ({"DISPLAY": ":0", "PYGLET_HEADLESS": "1"}, "1"),
    ],
)
def test_pyglet_needs_no_screen_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], headless: str | None
) -> None:
    monkeypatch.setattr(os, "environ", {**given})
    prepare_process()
    assert os.environ.get("PYGLET_HEADLESS") == headless
