"""The workflows run what anyone runs by hand, with actions of a fixed version and no secret of their own."""

import re
import subprocess

import yaml

from tests.servers import ROOT

WORDS = ("make build", "configure-aws-credentials", "make deploy", "infra.aws.roll_back")
"""What the deployment does, in this order."""
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


def test_every_action_is_pinned_by_its_hash_and_says_which_version_that_is() -> None:
    """A tag may be moved to other code; a hash may not."""
    versions: dict[str, set[str]] = {}
    for text in WORKFLOWS.values():
        for action in re.findall(r"uses: (.+)", text):
            if not action.startswith("./"):
                found = re.fullmatch(r"([\w/-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)", action)
                assert found, action
                versions.setdefault(found[1], set()).add(found[2])
    assert all(len(each) == 1 for each in versions.values()), versions


def test_a_deployment_is_tested_then_approved_and_has_rights_only_then() -> None:
    """GitHub's token is exchanged for a role, in an environment that asks for an approval."""
    deploy = yaml.safe_load(WORKFLOWS["deploy.yml"])
    jobs = deploy["jobs"]
    assert (jobs["build"]["needs"], jobs["deploy"]["needs"]) == ("ci", "build")
    assert jobs["deploy"]["environment"] == "aws"
    assert [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})] == ["deploy"]
    assert deploy["permissions"] == {"contents": "read"}
    steps = [step.get("run") or step["uses"] for step in jobs["deploy"]["steps"]]
    order = [next(n for n, step in enumerate(steps) if word in step) for word in WORDS]
    assert order == sorted(order)
    assert "make deploy BUILT=1" in steps[order[2]], "what is built has no rights"


def test_a_deployment_that_does_not_serve_is_taken_back_and_the_workflow_fails() -> None:
    last = yaml.safe_load(WORKFLOWS["deploy.yml"])["jobs"]["deploy"]["steps"][-1]["run"]
    assert last.index("/v1/readyz/") < last.index("-m infra.aws.roll_back") < last.index("exit 1")


def test_no_secret_is_needed_or_written_down() -> None:
    assert "secrets." not in "\n".join(WORKFLOWS.values())
