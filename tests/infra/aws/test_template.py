"""What is deployed is what is served: each endpoint its function and routes, and the settings that exist."""

import dataclasses
import subprocess
import sys
from collections import Counter
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

from functions import local
from infra.aws.intrinsics import Loader
from infra.aws.template import BUCKET, PATH, Function, Route, read
from shared import settings
from shared.session.inventory.merge import LEEWAY_S
from shared.session.stored.tombstones import LIFETIME_S
from shared.session.stored.tombstones import PREFIX as CLOSED
from shared.settings import Settings
from shared.variables import child_environment
from tests.applications import Api, served
from tests.servers import ROOT

KNOWN = {"SnapshotBucket": "snapshots", "SigningKey": "arn:signing-key"}
TEMPLATE = read(KNOWN)
ENDPOINTS = {module.__name__.rpartition(".")[2]: module for module in local.MODULES}
BY_ENDPOINT = {function.endpoint: function for function in TEMPLATE.functions}


def test_every_module_of_endpoints_is_a_function_and_so_are_the_sweep_and_the_front() -> None:
    assert set(BY_ENDPOINT) == {*ENDPOINTS, "front", "sweep"}, "template.yaml and functions.local.MODULES differ"


@pytest.mark.parametrize("function", TEMPLATE.functions, ids=lambda function: function.endpoint)
def test_a_function_is_called_after_the_module_whose_handler_it_runs(function: Function) -> None:
    module, _, name = function.handler.rpartition(".")
    assert callable(getattr(import_module(module), name))
    assert function.name == "".join(part.title() for part in function.endpoint.split("_")) + "Function"


def test_functions_miss_no_plugin_of_pydantic() -> None:
    """They do not look for plugins, which would read the metadata of each package at every cold start."""
    assert BY_ENDPOINT["step_env"].environment["PYDANTIC_DISABLE_PLUGINS"] == "__all__"
    assert [*entry_points(group="pydantic")] == []


def test_importing_numpy_starts_no_thread_in_a_function() -> None:
    """OpenBLAS starts one for each further processor: a fiftieth of a cold start."""
    counted = "import os, numpy; print(len(os.listdir('/proc/self/task')))"
    environment = child_environment(**BY_ENDPOINT["step_env"].environment)
    command = [sys.executable, "-c", counted]
    ran = subprocess.run(command, env=environment, text=True, capture_output=True, check=True)
    assert ran.stdout == "1\n"


def test_no_function_has_more_policies_than_a_role_takes() -> None:
    """Ten ("IAM and AWS STS quotas"), of which SAM adds two, for logs and for X-Ray, and two are kept free."""
    resources = yaml.load(PATH.read_text(), Loader)["Resources"]
    for function in TEMPLATE.functions:
        policies = resources[function.name]["Properties"].get("Policies", ())
        assert len([policy for policy in policies if "Ref" in policy]) <= 6, function.name


def test_a_managed_policy_is_one_that_several_functions_have() -> None:
    """What one alone needs stands with it, and takes no place among the ten."""
    resources = yaml.load(PATH.read_text(), Loader)["Resources"]
    having = Counter(
        policy["Ref"]
        for function in TEMPLATE.functions
        for policy in resources[function.name]["Properties"].get("Policies", ())
        if "Ref" in policy
    )
    managed = {name for name, resource in resources.items() if resource["Type"] == "AWS::IAM::ManagedPolicy"}
    assert {name for name, count in having.items() if count > 1} == managed


def test_a_list_is_granted_for_prefixes_alone() -> None:
    """With `IfExists` in its condition, a list that names no prefix would be of the whole bucket."""
    resources = yaml.load(PATH.read_text(), Loader)["Resources"]
    documents = [
        resource["Properties"]["PolicyDocument"]
        for resource in resources.values()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
    ]
    for function in TEMPLATE.functions:
        policies = resources[function.name]["Properties"].get("Policies", ())
        documents += [policy for policy in policies if "Statement" in policy]
    lists = [
        statement
        for document in documents
        for statement in document["Statement"]
        if statement.get("Action") == "s3:ListBucket"
    ]
    assert len(lists) > 8
    for statement in lists:
        assert set(statement["Condition"]) == {"StringLike"}
        prefixes = statement["Condition"]["StringLike"]["s3:prefix"]
        for prefix in [prefixes] if isinstance(prefixes, str) else prefixes:
            assert prefix == "health" or prefix.endswith("/*")


def test_every_function_publishes_a_version_for_each_release() -> None:
    """SAM lets this be said of each function alone, and sees no change of a parameter by itself."""
    resources = yaml.load(PATH.read_text(), Loader)["Resources"]
    for function in TEMPLATE.functions:
        properties = resources[function.name]["Properties"]
        assert properties["AutoPublishCodeSha256"] == {"Ref": "Release"}, function.name


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_function_has_the_routes_of_its_endpoints_with_and_without_the_last_slash(endpoint: str) -> None:
    declared = {
        Route(each.method, each.path.rstrip("/") + end)
        for each in ENDPOINTS[endpoint].router.endpoints
        for end in ("", "/{slash+}")
    }
    assert set(BY_ENDPOINT[endpoint].routes) == declared, f"declare the routes of {endpoint} in template.yaml"


def test_functions_are_given_settings_that_exist() -> None:
    [environment] = {tuple(function.environment.items()) for function in TEMPLATE.functions}
    given = settings.read(dict(environment))
    assert given.store == "s3://snapshots"
    assert given.signing_keys == ("{{resolve:secretsmanager:arn:signing-key}}",)
    assert (given.api_keys, given.idle_ttl_s, given.cors_origins) == ((), 604_800.0, ("*",))


def test_keys_come_from_parameters_where_those_are_given() -> None:
    given = read({**KNOWN, "SigningKeys": "k" * 32, "ApiKeys": "me:secret", "CorsOrigins": "https://a,https://b"})
    variables = given.functions[0].environment
    assert variables["GYM_HTTP_SIGNING_KEYS"] == "k" * 32
    assert variables["GYM_HTTP_API_KEYS"] == "me:secret"
    assert variables["GYM_HTTP_CORS_ORIGINS"] == "https://a,https://b"
    assert given.cors.origins == ("https://a", "https://b")


def test_api_keys_are_resolved_from_the_secret_that_is_named() -> None:
    variables = read({**KNOWN, "ApiKeysSecret": "keys"}).functions[0].environment
    assert variables["GYM_HTTP_API_KEYS"] == "{{resolve:secretsmanager:keys}}"


def test_what_a_template_needs_and_nobody_gave_is_named() -> None:
    with pytest.raises(LookupError, match="SnapshotBucket"):
        read({})


def test_the_gateway_answers_preflights_as_the_application_does(settings: Settings) -> None:
    asked = {"origin": "https://page", "access-control-request-method": "DELETE"}
    with served("local", dataclasses.replace(settings, cors_origins=("https://page",))) as client:
        preflight = client.send("OPTIONS", "/v1/envs/", None, asked).headers
        plain = Api(client).get("/v1/health/", origin="https://page").headers
    cors = TEMPLATE.cors
    assert sorted(preflight["access-control-allow-methods"].split(", ")) == sorted(cors.methods)
    assert sorted(plain["access-control-expose-headers"].split(", ")) == sorted(cors.exposed)
    assert preflight["access-control-max-age"] == str(cors.max_age_s)


def test_every_function_has_an_event_and_no_event_is_without_a_function() -> None:
    assert {path.stem for path in Path(ROOT, "infra", "events").glob("*.json")} - {"env"} == set(BY_ENDPOINT)


def test_the_bucket_deletes_by_age_only_what_is_rewritten_when_used_or_remembered_for_a_day() -> None:
    """The sweep alone deletes what stands beside instances, which may be stepped every day for years."""
    resources = yaml.load(PATH.read_text(), Loader)["Resources"]
    rules = resources[BUCKET]["Properties"]["LifecycleConfiguration"]["Rules"]
    by_age = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert set(by_age) == {"state/", CLOSED}
    assert by_age[CLOSED] * 86_400 > LIFETIME_S + LEEWAY_S
