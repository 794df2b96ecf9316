"""A program for the SAM CLI's own interpreter: what CloudFormation is given for each of several parameter sets.

Reads the sets as a JSON list on standard input, and writes the transformed templates as one. The artefact is taken
for uploaded, to the same place each time.
"""

import json
import sys
from types import SimpleNamespace

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


def main(template: str) -> None:
    """Transform the template once with each set of parameters."""
    with open(template) as file:
        text = file.read()
    transformed = []
    for parameters in json.load(sys.stdin):
        parsed = json.loads(json.dumps(yaml_parse(text)))
        parsed["Globals"]["Function"]["CodeUri"] = "s3://artefacts/one"
        transformed.append(transform(parsed, parameters, SimpleNamespace(load=dict)))
    json.dump(transformed, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
