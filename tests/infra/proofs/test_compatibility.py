"""The table of equal versions is made by running environments across two of them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import gymnasium
import msgspec
import numpy as np
import pytest

from infra.proofs import compatibility
from infra.proofs.compatibility import Side, main
from infra.proofs.compatibility_samples import SAMPLES, Sample
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.parts import DRAWN, parts_of
from shared.snapshot.making.wrappers import ALLOWED
from shared.snapshot.versions.proved import Line, lines_in


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table in place of the shipped one, and two sides that need no installation."""
    path = tmp_path / "proved.json"
    path.write_text("[]")
    monkeypatch.setattr(compatibility, "TABLE", path)
    monkeypatch.setattr(Side, "install", lambda side: None)
    monkeypatch.setattr(Side, "env_ids", lambda side: {"CartPole-v1", "Pendulum-v1", "Ant-v5", "Taxi-v4"})
    return path


def prove(monkeypatch: pytest.MonkeyPatch, differ: str, *arguments: str) -> list[Sequence[str]]:
    """Run the program where samples differ whose command has the text `differ`; the commands that it ran."""
    commands: list[Sequence[str]] = []

    def refusal(command: Sequence[str]) -> str | None:
        commands.append(command)
        return "call 7 differed" if differ in " ".join(command) else None

    monkeypatch.setattr(compatibility, "refusal_of", refusal)
    monkeypatch.setattr(sys, "argv", ["compatibility", "numpy", "2.4.6", "2.5.5:python3.13", *arguments])
    assert main() == 0
    return commands


def test_both_directions_are_proved(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = prove(monkeypatch, "nothing", "--part", "toy-text")
    assert lines_in(table) == (
        Line("numpy", "2.4.6", "2.5.5", ("toy-text",)),
        Line("numpy", "2.5.5", "2.4.6", ("toy-text",)),
    )
    older, newer = (str(Side.of("numpy", told).interpreter) for told in ("2.4.6", "2.5.5:python3.13"))
    pairs = {(command[0], command[command.index("--continue-with") + 1]) for command in commands}
    assert pairs == {(older, newer), (newer, older)}


def test_a_part_is_proved_only_if_all_of_its_samples_are(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(monkeypatch, "Pendulum-v1", "--part", "classic-control", "--part", "toy-text", "--part", "ClipAction")
    assert [line.parts for line in lines_in(table)] == [("toy-text",)] * 2


def test_what_was_proved_before_is_proved_anew_or_goes(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(monkeypatch, "nothing", "--part", "classic-control", "--part", "toy-text")
    prove(monkeypatch, "CartPole-v1", "--part", "classic-control", "--part", "mujoco")
    assert [line.parts for line in lines_in(table)] == [("mujoco", "toy-text")] * 2
    prove(monkeypatch, "v", "--part", "toy-text", "--part", "mujoco")
    assert lines_in(table) == ()


def test_an_engine_is_refused(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["compatibility", "mujoco", "3.3", "4.0"])
    with pytest.raises(SystemExit):
        main()
    assert lines_in(table) == ()


def test_only_the_package_has_another_version_than_here() -> None:
    requirements = [*Side.of("numpy", "2.0.2").requirements()]
    assert "numpy==2.0.2" in requirements
    assert [line for line in requirements if line.startswith("msgspec==")] == [f"msgspec=={msgspec.__version__}"]


@pytest.mark.parametrize("part", [part for part in SAMPLES if "minigrid" not in part])
def test_a_sample_of_a_part_is_of_that_part(part: str) -> None:
    """By the name that a snapshot's own recipe gives. Ids of other versions of Gymnasium are not registered."""
    register_environments(("ale_py",))
    known = [sample for sample in SAMPLES[part] if sample.env_id in gymnasium.registry]
    assert known
    for sample in known:
        wrappers = tuple(WrapperRecipe(each["name"], dict(each["kwargs"])) for each in sample.wrappers)
        recipe = Recipe(sample.env_id, sample.render_mode, wrappers=wrappers, num_envs=sample.num_envs)
        assert part in parts_of(recipe)
        assert (part.endswith(DRAWN)) == recipe.draws


@pytest.mark.parametrize("name", sorted({*ALLOWED} & {*SAMPLES}))
def test_the_sample_of_a_wrapper_can_be_made(name: str) -> None:
    register_environments(("ale_py",))
    [sample] = SAMPLES[name]
    wrappers = tuple(WrapperRecipe(each["name"], dict(each["kwargs"])) for each in sample.wrappers)
    make(Recipe(sample.env_id, wrappers=wrappers)).close()


def test_the_command_writes_with_one_interpreter_and_continues_with_the_other() -> None:
    sample = Sample("CartPole-v1", "rgb_array", ({"name": "ClipReward", "kwargs": {"max_reward": 1}},), 2)
    command = sample.command(Path("/one/python"), Path("/other/python"))
    assert command[:4] == ["/one/python", "-m", "shared.snapshot.conformance", "CartPole-v1"]
    assert command[command.index("--continue-with") + 1] == "/other/python"
    assert json.loads(command[command.index("--wrappers") + 1]) == [*sample.wrappers]
    assert command[command.index("--render-mode") + 1] == "rgb_array"
    assert command[command.index("--num-envs") + 1] == "2"


@pytest.mark.slow
@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1", "HalfCheetah-v5", "MiniGrid-DoorKey-5x5-v0"])
def test_what_one_numpy_wrote_another_continues_over_200_calls(env_id: str) -> None:
    """With NumPy 2.3.5, installed from the package index into a virtual environment of its own."""
    here, other = Side.of("numpy", np.__version__), Side.of("numpy", "2.3.5")
    for written, continued in ((here, other), (other, here)):
        written.install()
        continued.install()
        assert compatibility.refusal_of(Sample(env_id).command(written.interpreter, continued.interpreter)) is None
