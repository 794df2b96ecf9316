"""The keys of a class are kept, and only its teacher can read them."""

import json
from pathlib import Path

import pytest

from infra.classroom.keys import MOST_STUDENTS, TEACHER, kept_keys


def test_a_class_has_a_key_for_each_name_and_the_teacher(tmp_path: Path) -> None:
    keys = kept_keys(tmp_path / "new" / "class.json", 30)
    assert list(keys)[:2] == [TEACHER, "student-01"]
    assert len(set(keys.values())) == 31
    assert min(map(len, keys.values())) >= 32


def test_the_next_run_has_the_same_keys_and_a_larger_class_adds_to_them(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    first = kept_keys(path, 3)
    assert kept_keys(path, 3) == first
    assert first.items() <= kept_keys(path, 5).items()
    assert kept_keys(path, 3) == first
    assert len(json.loads(path.read_text())) == 6


def test_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "class.json"
    kept_keys(path, 1)
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("students", [0, -1, MOST_STUDENTS + 1])
def test_a_class_of_no_possible_size_is_refused(tmp_path: Path, students: int) -> None:
    with pytest.raises(ValueError, match="students"):
        kept_keys(tmp_path / "class.json", students)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"teacher": 7}'])
def test_a_damaged_file_is_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "class.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"class\.json is not a file of keys"):
        kept_keys(path, 1)
    assert path.read_text() == content
