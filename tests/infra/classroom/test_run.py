"""What the command of a class refuses before it makes any key."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.classroom.run import check_lesson
from shared import settings
from tests.servers import ROOT


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
