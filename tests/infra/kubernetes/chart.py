"""The chart as Helm renders it."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from tests.servers import ROOT

CHART = ROOT / "infra" / "kubernetes" / "chart"

Manifest = Mapping[str, Any]

VALUES: Mapping[str, Any] = {
    "image": {"repository": "registry.example.org/gym"},
    "store": "s3://snapshots/prod",
    "signingKeys": {"secret": "gym"},
    "apiKeys": {"secret": "gym"},
}
"""What a cluster has to say, and nothing more."""


def helm(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Helm, which keeps what it writes in the folder; the test is skipped where it is missing."""
    ours = ROOT / ".venv" / "kubernetes" / "helm"
    found = str(ours) if ours.exists() else shutil.which("helm")
    if found is None:
        lacking("Helm is missing; `make check-kubernetes` fetches it")
    homes = {f"HELM_{name}_HOME": str(folder / name) for name in ("CACHE", "CONFIG", "DATA")}
    return subprocess.run(
        [found, *arguments], env={**os.environ, **homes}, capture_output=True, text=True, timeout=60, check=False
    )


def lacking(missing: str) -> NoReturn:
    """Skip the test, or fail it where everything has to run."""
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def rendered(folder: Path, values: Mapping[str, Any]) -> Sequence[Manifest]:
    """The manifests of the release `gym` with the values in place of the chart's own."""
    ran = template(folder, values)
    assert ran.returncode == 0, ran.stderr
    return [manifest for manifest in yaml.safe_load_all(ran.stdout) if manifest]


def template(folder: Path, values: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """What `helm template` says to the values."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(dict(values)))
    return helm("template", "gym", str(CHART), "--values", str(file), folder=folder)


def lint(folder: Path, values: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """What `helm lint` says to the values."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(dict(values)))
    return helm("lint", "--strict", str(CHART), "--values", str(file), folder=folder)


def one(manifests: Sequence[Manifest], kind: str, name: str = "gym") -> Manifest:
    """The manifest of that kind and name."""
    [found] = [each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def variables(container: Mapping[str, Any], secrets: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The container's environment, with what the cluster's secrets hold."""
    given: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        given |= secrets[source["secretRef"]["name"]]
    for each in container["env"]:
        if "value" in each:
            given[each["name"]] = each["value"]
        else:
            reference = each["valueFrom"]["secretKeyRef"]
            given[each["name"]] = secrets[reference["name"]][reference["key"]]
    return given
