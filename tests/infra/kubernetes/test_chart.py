"""The chart says what a cluster should run, in the cluster's own terms, and refuses what could not work."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from functions import local
from shared import settings
from shared.snapshot.isolation.timeout import GRACE_S
from tests.infra.kubernetes.chart import CHART, VALUES, Manifest, helm, lint, one, rendered, template, variables
from tests.servers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.kubernetes]

FULL: Mapping[str, Any] = {
    **VALUES,
    "image": {"repository": "registry.example.org/gym", "tag": "1.2.3", "pullSecrets": [{"name": "registry"}]},
    "storeCredentials": {"secret": "bucket"},
    "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/gym"}},
    "env": {"AWS_REGION": "eu-central-1", "GYM_HTTP_LIVE_ENVS": "128"},
    "maxCallSeconds": 90,
    "ingress": {"enabled": True, "host": "gym.example.org", "tlsSecret": "gym-tls"},
    "podAnnotations": {"prometheus.io/scrape": "true"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "batch", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
}
LEAST: Mapping[str, Any] = {
    **VALUES,
    "apiKeys": {},
    "openToAll": True,
    "drainSeconds": 0,
    "autoscaling": {"enabled": False},
}
SECRETS = {
    "gym": {"signing-keys": "k" * 32, "api-keys": "ann:s"},
    "bucket": {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
}


@pytest.fixture(params=[VALUES, FULL, LEAST], ids=["as it is", "everything", "the least"])
def values(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    chosen: Mapping[str, Any] = request.param
    return chosen


def test_helm_finds_nothing_to_complain_about(tmp_path: Path, values: Mapping[str, Any]) -> None:
    ran = lint(tmp_path, values)
    assert (ran.returncode, "0 chart(s) failed" in ran.stdout) == (0, True), ran.stdout


@pytest.mark.parametrize("version", ["1.25", "1.31", "1.37"])
def test_every_manifest_is_as_kubernetes_own_schemas_want_it(
    tmp_path: Path, values: Mapping[str, Any], version: str
) -> None:
    import kubernetes_validate

    for manifest in rendered(tmp_path, values):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schemas_would_notice_a_misspelt_member(tmp_path: Path) -> None:
    import kubernetes_validate

    deployment = json.loads(json.dumps(one(rendered(tmp_path, VALUES), "Deployment")))
    deployment["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 1
    with pytest.raises(kubernetes_validate.ValidationError, match="terminationGracePeriodSecond"):
        kubernetes_validate.validate(deployment, "1.37", strict=True)


def pods(manifests: list[Manifest]) -> Iterator[Mapping[str, Any]]:
    """The pods of the servers and of the sweep."""
    yield one(manifests, "Deployment")["spec"]["template"]["spec"]
    yield one(manifests, "CronJob", "gym-sweep")["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_no_pod_is_root_or_writes_to_its_own_files(tmp_path: Path, values: Mapping[str, Any]) -> None:
    for pod in pods([*rendered(tmp_path, values)]):
        assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 1000)
        assert pod["automountServiceAccountToken"] is False
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        writable = {mount["mountPath"] for mount in container["volumeMounts"]}
        # The image declares the second as a volume.
        assert writable == {"/tmp", "/data"}


def test_the_chart_installs_the_release_that_it_is_part_of() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (chart["version"], chart["appVersion"]) == (project["version"], project["version"])


def test_the_user_is_the_images_own() -> None:
    assert "useradd --uid 1000" in (ROOT / "infra" / "image" / "Dockerfile").read_text()


def test_a_pod_has_settings_that_exist_and_its_keys_from_secrets(tmp_path: Path) -> None:
    for pod in pods([*rendered(tmp_path, FULL)]):
        [container] = pod["containers"]
        given = variables(container, SECRETS)
        read = settings.read(given)
        assert (read.store, read.signing_keys, read.api_keys) == (FULL["store"], ("k" * 32,), (("ann", "s"),))
        assert (read.max_call_seconds, read.live_envs, read.sweep) == (90, 128, "off")
        # Otherwise clients in the cluster, who use the Service's name, would get 421.
        assert read.allowed_hosts == (
            "gym.example.org",
            "gym",
            "gym.default",
            "gym.default.svc",
            "gym.default.svc.cluster.local",
        )
        assert given["AWS_SECRET_ACCESS_KEY"] == "b"
        plain = {each["value"] for each in container["env"] if "value" in each}
        assert not plain & {"k" * 32, "ann:s", "b"}


def test_a_pod_may_take_as_long_to_end_as_its_longest_call(tmp_path: Path, values: Mapping[str, Any]) -> None:
    pod = one(rendered(tmp_path, values), "Deployment")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    longest = settings.read(variables(container, SECRETS)).max_call_seconds
    drain = int(container["lifecycle"]["preStop"]["exec"]["command"][1]) if "lifecycle" in container else 0
    assert pod["terminationGracePeriodSeconds"] > drain + longest + 3 * GRACE_S


def test_a_call_under_way_restarts_no_pod(tmp_path: Path, values: Mapping[str, Any]) -> None:
    """The parent in the pod replaces a server that hangs, and has to have had the time for it."""
    [container] = one(rendered(tmp_path, values), "Deployment")["spec"]["template"]["spec"]["containers"]
    longest = settings.read(variables(container, SECRETS)).max_call_seconds
    probe = container["livenessProbe"]
    assert probe["periodSeconds"] * (probe["failureThreshold"] - 1) > longest + 3 * GRACE_S


def test_probes_ask_endpoints_that_are_for_them(tmp_path: Path) -> None:
    [container] = one(rendered(tmp_path, VALUES), "Deployment")["spec"]["template"]["spec"]["containers"]
    asked = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert asked == {"startup": "/v1/livez/", "liveness": "/v1/livez/", "readiness": "/v1/readyz/"}
    served = {endpoint.path for module in local.MODULES for endpoint in module.router.endpoints}
    assert set(asked.values()) <= served


def test_calls_on_instances_are_hashed_by_their_instance_and_others_are_not(tmp_path: Path) -> None:
    manifests = rendered(tmp_path, FULL)
    hashed = one(manifests, "Ingress", "gym-instances")
    assert hashed["metadata"]["annotations"]["nginx.ingress.kubernetes.io/upstream-hash-by"] == "$1"
    plain = one(manifests, "Ingress")
    assert not [name for name in plain["metadata"]["annotations"] if "hash" in name]
    paths = [path["path"] for path in hashed["spec"]["rules"][0]["http"]["paths"]]
    for module in local.MODULES:
        for endpoint in module.router.endpoints:
            path = endpoint.path.replace("{instance_id}", "an-id")
            found = {match[1] for pattern in paths if (match := re.match(pattern, path))}
            assert found == ({"an-id"} if "/envs/{instance_id}/" in endpoint.path else set()), path


def test_each_ingress_has_a_service_of_its_own_with_the_servers_pods(tmp_path: Path) -> None:
    """ingress-nginx keeps one way of choosing a pod for each Service, whichever Ingress names it."""
    manifests = rendered(tmp_path, FULL)
    labels = one(manifests, "Deployment")["spec"]["template"]["metadata"]["labels"]
    for name in ("gym", "gym-instances"):
        [path, *_] = one(manifests, "Ingress", name)["spec"]["rules"][0]["http"]["paths"]
        assert path["backend"]["service"]["name"] == name
        assert one(manifests, "Service", name)["spec"]["selector"].items() <= labels.items()
    sweep = one(manifests, "CronJob", "gym-sweep")["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert not one(manifests, "Service")["spec"]["selector"].items() <= sweep.items()


def test_the_autoscaler_decides_how_many_pods_there_are_unless_it_is_off(tmp_path: Path) -> None:
    scaled = rendered(tmp_path, VALUES)
    assert "replicas" not in one(scaled, "Deployment")["spec"]
    assert one(scaled, "HorizontalPodAutoscaler")["spec"]["metrics"][0]["resource"]["name"] == "cpu"
    fixed = rendered(tmp_path, LEAST)
    assert one(fixed, "Deployment")["spec"]["replicas"] == 2
    assert not [each for each in fixed if each["kind"] == "HorizontalPodAutoscaler"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"store": ""}, "store is not set: give the bucket that all pods share"),
        ({"store": "sqlite:////data/x.db"}, "store is sqlite:////data/x.db, which pods cannot share"),
        ({"store": "memory:"}, "store is memory:, which pods cannot share"),
        ({"signingKeys": {}}, "signingKeys.secret is not set"),
        ({"apiKeys": {}}, "apiKeys.secret is not set: name a Secret with API keys, or set openToAll=true"),
        ({"env": {"GYM_HTTP_SIGNING_KEYS": "k"}}, "env.GYM_HTTP_SIGNING_KEYS has a value of its own"),
        ({"ingress": {"enabled": True}}, "ingress.host is not set"),
        ({"replica": 3}, "replica"),
        ({"maxCallSeconds": "long"}, "maxCallSeconds"),
        ({"image": {}}, "repository"),
    ],
)
def test_values_that_could_not_work_are_refused(tmp_path: Path, changes: Mapping[str, Any], told: str) -> None:
    ran = template(tmp_path, {**VALUES, **changes})
    assert ran.returncode != 0
    assert told in ran.stderr


def test_the_command_of_the_notes_installs_what_the_secret_beside_it_is_for(tmp_path: Path) -> None:
    notes = (CHART.parent / "README.md").read_text()
    [block] = re.findall(r"```sh\n(.*?)```", notes, re.DOTALL)
    made, installed = re.findall(r"^(kubectl create secret.*?|helm install.*?)(?=^\w|\Z)", block, re.DOTALL | re.M)
    _, install, name, _, *options = shlex.split(installed.replace("\\\n", " "))
    ran = helm("template", name, str(CHART), *options, folder=tmp_path)
    assert (install, ran.returncode) == ("install", 0), ran.stderr
    [container] = one([*yaml.safe_load_all(ran.stdout)], "Deployment")["spec"]["template"]["spec"]["containers"]
    keys = set(re.findall(r"--from-literal=([\w-]+)=", made))
    read = settings.read(variables(container, {"gym": dict.fromkeys(keys, "me:secret")}))
    assert (read.store, read.api_keys) == ("s3://BUCKET/PREFIX", (("me", "secret"),))


def test_every_value_is_in_the_schema_and_in_the_notes() -> None:
    own = yaml.safe_load((CHART / "values.yaml").read_text())
    known = json.loads((CHART / "values.schema.json").read_text())["properties"]
    assert set(own) == set(known) - {"global"}
    named = set()
    for name, value in own.items():
        grouped = "properties" in known[name] or known[name].get("$ref") == "#/definitions/secret"
        named |= {f"{name}.{member}" for member in value} if grouped else {name}
    notes = (CHART.parent / "README.md").read_text()
    assert set(re.findall(r"^\| `([\w.]+)` \|", notes, re.MULTILINE)) == named
