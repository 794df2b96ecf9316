"""The table of what was proved exact says what was run, and keeps what it has."""

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from infra.proofs import exactness


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the table goes."""
    monkeypatch.setattr(exactness, "_TABLE", tmp_path / "exactness.md")
    return tmp_path / "exactness.md"


def prove(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Run the command."""
    monkeypatch.setattr(sys, "argv", ["exactness", "--processes", "1", *arguments])
    exactness.main()


def rows(table: Path) -> list[list[str]]:
    """The cells below the table's head."""
    return [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table.read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| id ")
    ]


def test_a_row_has_the_mechanism_and_says_where_fewer_calls_were_made(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(monkeypatch, "CartPole-v1", "--render-mode", "rgb_array", "--further", "6", "--chain", "3")
    [row] = rows(table)
    assert row[:3] == ["CartPole-v1", "rgb_array", "classic-control"]
    assert row[-1] == "0 in 6 calls on and a chain of 3"


def test_what_cannot_be_created_has_no_row_and_rows_that_stand_are_kept(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    standing = "| CartPole-v1 |  | classic-control | 13 | 250 | 40 µs | 0.03 ms | 0 |"
    table.write_text(f"{standing}\n")
    few = ("--further", "4", "--chain", "2", "--render-mode", "")
    prove(monkeypatch, "CartPole-v1", "GymV21Environment-v0", "Taxi-v4", *few)
    assert "GymV21Environment-v0 cannot be created" in capsys.readouterr().out
    assert [row[0] for row in rows(table)] == ["CartPole-v1", "Taxi-v4"]
    assert standing in table.read_text()


def test_rows_of_a_package_that_is_not_installed_keep_its_version_in_the_head(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is made in parts, on machines with different packages."""

    def installed(name: str) -> str:
        if name in ("jax", "minigrid"):
            raise PackageNotFoundError(name)
        return "9.9"

    table.write_text(
        "`make exactness` has proved the environments below with numpy 1.0, jax 0.10.2.\n\nSnapshots are\n"
    )
    monkeypatch.setattr(exactness, "version", installed)
    prove(monkeypatch, "CartPole-v1", "--render-mode", "", "--further", "2", "--chain", "1")
    head = table.read_text().partition("\n\n| id")[0]
    assert "numpy 9.9" in head
    assert "jax 0.10.2," in head
    assert "minigrid 9" not in head
