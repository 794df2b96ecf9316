"""The container-image variant runs the same handlers behind the same routes."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from infra.aws.intrinsics import Loader
from infra.aws.template import PATH
from infra.image.template import image_template
from tests.servers import ROOT


def test_each_function_runs_its_handler_from_the_image_and_all_else_is_alike() -> None:
    zipped = yaml.load(PATH.read_text(), Loader)
    image = image_template()
    assert image["Resources"].keys() == zipped["Resources"].keys()
    for name, resource in zipped["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            assert image["Resources"][name] == resource
            continue
        properties = image["Resources"][name]["Properties"]
        assert properties["ImageConfig"]["EntryPoint"] == ["python", "-m", "awslambdaric"]
        assert properties["ImageConfig"]["Command"] == [resource["Properties"]["Handler"]]
        assert (properties["PackageType"], properties["ImageUri"]) == ("Image", {"Ref": "ImageUri"})
        for alike in ("Events", "Policies"):
            assert properties.get(alike) == resource["Properties"].get(alike)


@pytest.mark.slow
@pytest.mark.aws
@pytest.mark.usefixtures("lambda_runtime")
def test_sam_takes_the_variant(tmp_path: Path) -> None:
    written = tmp_path / "image.json"
    written.write_text(json.dumps(image_template()))
    command = [str(ROOT / ".venv" / "sam" / "bin" / "sam"), "validate", "--lint", "--template", str(written)]
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
