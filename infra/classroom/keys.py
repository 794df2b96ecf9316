"""The keys of a class: one for the teacher and one for each student, kept from one run to the next."""

import json
import os
import secrets
from pathlib import Path

TEACHER = "teacher"

MOST_STUDENTS = 500


def kept_keys(path: Path, students: int) -> dict[str, str]:
    """The secrets by name, the teacher's first; those that the file lacks are made and added to it.

    A smaller class than the last one leaves the further keys in the file, and out of the result.

    Raises:
        ValueError: there are fewer than 1 or more than `MOST_STUDENTS` students, or the file is not one of keys.
    """
    if not 1 <= students <= MOST_STUDENTS:
        raise ValueError(f"a class has 1 to {MOST_STUDENTS} students, not {students}")
    names = [TEACHER, *(f"student-{number:02}" for number in range(1, students + 1))]
    kept = _read(path) if path.exists() else {}
    keys = {name: kept.get(name) or secrets.token_urlsafe(24) for name in names}
    if not keys.items() <= kept.items():
        _write(path, {**kept, **keys})
    return keys


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path} is not a file of keys ({error}); mend it, or delete it for new keys") from None
    if not (isinstance(kept, dict) and all(isinstance(secret, str) for secret in kept.values())):
        raise ValueError(f"{path} is not a file of keys; mend it, or delete it for new keys")
    return kept


def _write(path: Path, keys: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".new")
    written.unlink(missing_ok=True)
    # Only the teacher may read it, from the first byte on.
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(keys, file, indent=1)
    written.replace(path)
