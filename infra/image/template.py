"""The deployment of `template.yaml` from a container image: the same functions, with MuJoCo and its GL libraries.

SAM cannot choose a function's package type by a condition, so this variant is derived from `template.yaml`:

    python -m infra.image.template > .aws-sam/image.json
    sam deploy --template .aws-sam/image.json --parameter-overrides ImageUri=REGISTRY/NAME
"""

import json
from typing import Any

import yaml

from infra.aws.intrinsics import Loader
from infra.aws.template import PATH

_PARAMETER = {
    "Type": "String",
    "Description": "The image in ECR that every function runs, with its handler as the command.",
}


def image_template() -> dict[str, Any]:
    """The template in which every function runs the image named by the parameter `ImageUri`."""
    template: dict[str, Any] = yaml.load(PATH.read_text(), Loader)
    template["Parameters"] = {**template["Parameters"], "ImageUri": _PARAMETER}
    del template["Parameters"]["SnapStart"]  # Lambda has none for images
    for name in ("Runtime", "CodeUri"):
        del template["Globals"]["Function"][name]
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            _run_from_image(resource["Properties"])
    return template


def _run_from_image(function: dict[str, Any]) -> None:
    function["PackageType"] = "Image"
    function["ImageUri"] = {"Ref": "ImageUri"}
    function["ImageConfig"] = {
        "EntryPoint": ["python", "-m", "awslambdaric"],
        "Command": [function.pop("Handler")],
    }
    for name in ("SnapStart", "AutoPublishAlias"):
        function.pop(name, None)


if __name__ == "__main__":
    print(json.dumps(image_template(), indent=2))
