"""A sandbox is AWS's emulator with one function's runtime in it."""

import platform
from pathlib import Path

import pytest

from infra.aws.template import Function
from infra.emulator import sandbox
from infra.emulator.sandbox import Sandbox, SandboxFailed, emulator

ECHO = Function(
    name="Echo",
    handler="tests.infra.handlers.variables",
    routes=(),
    environment={"GYM_HTTP_STORE": "memory:", "SHADOWED": "function"},
    memory_mib=256,
    timeout_s=5,
    grants=frozenset(),
)


def test_a_missing_emulator_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)
    with pytest.raises(SandboxFailed, match="make sam"):
        emulator()


def test_an_emulator_without_its_executable_bit_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    folder = tmp_path / ".venv/sam/lib/python3.13/site-packages/samcli/local/rapid"
    folder.mkdir(parents=True)
    binary = folder / "aws-lambda-rie-arm64"
    binary.touch(mode=0o644)
    assert emulator() == binary
    assert binary.stat().st_mode & 0o111


@pytest.mark.slow
@pytest.mark.aws
@pytest.mark.usefixtures("lambda_runtime")
def test_a_function_sees_its_own_variables_those_given_and_those_of_lambda(tmp_path: Path) -> None:
    running = Sandbox(ECHO, {"SHADOWED": "given"}, tmp_path / "log")
    try:
        seen = running.invoke({})
    finally:
        running.stop()
    assert seen["GYM_HTTP_STORE"] == "memory:"
    assert seen["SHADOWED"] == "given"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert "VIRTUAL_ENV" not in seen
