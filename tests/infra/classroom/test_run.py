"""One command makes a class's keys and links, and serves with them; what it refuses, it refuses before."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra.classroom import run
from infra.classroom.run import check_lesson
from shared import settings
from tests.servers import ROOT


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The hosts and ports that were served on; nothing is."""
    found: list[tuple[str, int]] = []

    def serve(host: str, port: int) -> int:
        found.append((host, port))
        return 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "serve", serve)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return found


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """What the command ends with."""
    monkeypatch.setattr(sys, "argv", ["run", *arguments])
    with pytest.raises(SystemExit) as ended:
        run.main()
    return ended.value.code


def test_each_student_has_a_key_and_a_link_and_the_teacher_watches(
    served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "--students", "2", "--host", "127.0.0.1", "--port", "4321") == 0
    assert served == [("127.0.0.1", 4321)]
    keys = dict(each.split(":", 1) for each in os.environ["GYM_HTTP_API_KEYS"].split(","))
    assert list(keys) == ["teacher", "student-01", "student-02"]
    assert os.environ["GYM_HTTP_TEACHERS"] == "teacher"
    assert os.environ["GYM_HTTP_MAX_ENVS"] == "20"
    printed = capsys.readouterr().out
    for name, key in keys.items():
        assert f"{name}  http://127.0.0.1:4321/" in printed
        assert key in printed


def test_the_printed_page_is_the_teachers_alone(
    served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    command(monkeypatch, "--students", "1", "--url", "https://gym.example")
    page = Path(".gym-http/class.html")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "https://gym.example/" in page.read_text()


def test_the_second_run_gives_the_same_links(
    served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = []
    for _ in range(2):
        command(monkeypatch, "--students", "3", "--url", "http://class")
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


def test_a_class_of_nobody_is_refused_in_words(
    served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "a class has 1 to 500 students, not 0" in str(command(monkeypatch, "--students", "0"))
    assert served == []


@pytest.mark.parametrize("lesson", ["", "FrozenLake-v1", "ALE/Pong-v5&hide=share,copy"])
def test_a_lesson_of_the_catalogue_is_taken(lesson: str) -> None:
    check_lesson(lesson, settings.read().env_modules)


def test_a_lesson_that_no_page_could_show_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.classroom.run", "--students", "2", "--lesson", "FrozenLake&hide=share"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "There is no environment 'FrozenLake' for LESSON to name; did you mean FrozenLake-v1?\n"
    )
    assert list(tmp_path.iterdir()) == []
