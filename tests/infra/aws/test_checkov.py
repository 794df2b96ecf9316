"""What checkov finds in the template is mended, or left out for a reason that is written down."""

import re

from tests.servers import ROOT

LINES = (ROOT / "infra/aws/checkov.yaml").read_text().splitlines()
SKIPPED = [line for line in LINES if line.lstrip().startswith("- CKV")]


def test_every_check_that_is_left_out_has_its_reason() -> None:
    assert SKIPPED
    for line in SKIPPED:
        assert re.fullmatch(r"  - CKV_AWS_\d+ # \w.{20,}", line), line


def test_none_is_left_out_twice_and_all_are_in_order() -> None:
    numbers = [int(re.findall(r"CKV_AWS_(\d+)", line)[0]) for line in SKIPPED]
    assert numbers == sorted(set(numbers))
