"""A container is run by Docker's command line, and ends when its block does."""

from pathlib import Path

import pytest

from infra.image.container import configuration, running

DOCKER = """#!/bin/sh
printf '%s\\n' "$*" >> "{calls}"
case "$1" in
  image) echo '[{{"Config": {{"User": "1000", "Cmd": ["serve"]}}}}]' ;;
  run) trap 'echo terminated >> "{calls}"; exit 0' TERM; echo ready; while :; do sleep 0.05; done ;;
esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The calls of a stand-in for Docker's command, one a line."""
    recorded, command = tmp_path / "calls", tmp_path / "bin" / "docker"
    command.parent.mkdir()
    command.write_text(DOCKER.format(calls=recorded))
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    return recorded


def test_the_configuration_is_the_images_own(calls: Path) -> None:
    assert configuration("docker", "gym") == {"User": "1000", "Cmd": ["serve"]}
    assert calls.read_text() == "image inspect gym\n"


def test_a_container_runs_with_its_mounts_and_gets_a_sigterm_at_the_end(calls: Path, tmp_path: Path) -> None:
    with running("docker", "gym", ["serve", "--port", "0"], {tmp_path: "/data"}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    assert calls.read_text().splitlines() == [
        f"run --rm --network=host --volume={tmp_path}:/data gym serve --port 0",
        "terminated",
    ]
    assert process.returncode == 0


def test_a_failure_in_the_block_ends_the_container_too(calls: Path) -> None:
    def fail() -> None:
        with running("docker", "gym", [], {}) as process:
            assert process.stdout is not None
            process.stdout.readline()
            raise ValueError("in the block")

    with pytest.raises(ValueError, match="in the block"):
        fail()
    assert "terminated" in calls.read_text()
