r"""The deployment of `template.yaml` from a container image: the same functions, with MuJoCo and its GL libraries.

SAM cannot choose a function's package type by a condition, so this variant is derived from `template.yaml`:

    .venv/bin/python -m infra.image.template > image.json
    .venv/sam/bin/sam deploy --template image.json --stack-name gym --capabilities CAPABILITY_IAM \
        --resolve-s3 --image-repository REGISTRY/NAME \
        --parameter-overrides ImageUri=REGISTRY/NAME:TAG "Release=$(date +%s)"

`--image-repository` is asked for by SAM wherever a function has an image; it pushes none, since `ImageUri` is one.
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
    del template["Rules"]["OneWayOfStartingQuickly"]
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
    function.pop("SnapStart", None)


if __name__ == "__main__":
    print(json.dumps(image_template(), indent=2))
