"""The workflows run what anyone runs by hand, with actions of a fixed version and no secret of their own."""

import re
import subprocess

from tests.servers import ROOT

WORKFLOWS = {path.name: path.read_text() for path in (ROOT / ".github" / "workflows").iterdir()}


def test_ci_runs_the_one_script_that_checks_all() -> None:
    assert "bash .ci/run" in WORKFLOWS["ci.yml"]


def test_a_release_waits_for_ci_and_pushes_the_image_that_was_tried() -> None:
    release = WORKFLOWS["release.yml"]
    assert "uses: ./.github/workflows/ci.yml" in release
    assert release.count("needs: ci") == 2
    assert release.index("make test-image") < release.index("docker push")


def test_every_target_is_one_of_the_makefile() -> None:
    targets = set(re.findall(r"\bmake ([a-z-]+)", "\n".join(WORKFLOWS.values())))
    assert {"image", "test-image"} <= targets
    subprocess.run(["make", "--dry-run", *sorted(targets)], cwd=ROOT, check=True, capture_output=True)


def test_every_action_is_of_a_fixed_version() -> None:
    for text in WORKFLOWS.values():
        for action in re.findall(r"uses: (\S+)", text):
            assert action.startswith("./") or re.search(r"@v\d+\.\d+\.\d+$", action), action


def test_no_secret_is_needed_or_written_down() -> None:
    assert "secrets." not in "\n".join(WORKFLOWS.values())
