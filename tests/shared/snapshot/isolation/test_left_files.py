"""What a constructor leaves in the temporary folder each time it is called goes with its environment."""

import gc
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from shared.errors import NotCreatable
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation import left_files
from shared.snapshot.isolation.left_files import noted, remove_with
from shared.snapshot.making.make import make
from tests.shared.snapshot.foreign import Walk


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The temporary folder, where no kind has left anything yet."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(left_files, "_of_first", {})
    return tmp_path


class Littering(Walk):
    """Leaves a file and a folder under new names, and unpacks what all use."""

    made = 0

    def __init__(self, begin: int = 500, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        type(self).made += 1
        here = Path(tempfile.gettempdir())
        (here / f"maze-{self.made}.xml").write_text("<mujoco/>")
        (here / f"parts-{self.made}").mkdir()
        (here / f"parts-{self.made}" / "wall.obj").write_bytes(b"v 0 0 0")
        if not (here / "models.bin").exists():
            (here / "models.bin").write_bytes(b"1234")
        with tempfile.TemporaryDirectory() as scratch:
            (Path(scratch) / "scratch").touch()
        if begin > 1000:
            raise ValueError("no such place")


gymnasium.register("left/Littering-v0", Littering)
LITTERING = Recipe("left/Littering-v0")


@pytest.fixture(autouse=True)
def none_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Littering, "made", 0)


def names(folder: Path) -> set[str]:
    gc.collect()
    return {path.name for path in folder.iterdir()}


FIRST = {"maze-1.xml", "parts-1", "models.bin"}


def test_what_the_first_leaves_stays_and_what_later_ones_leave_goes_with_them(folder: Path) -> None:
    """The first may have unpacked what all use."""
    make(LITTERING)
    assert names(folder) == FIRST
    env = make(LITTERING)
    assert names(folder) == FIRST | {"maze-2.xml", "parts-2"}
    make(LITTERING)
    assert names(folder) == FIRST | {"maze-2.xml", "parts-2"}, "an environment may read its own again"
    del env
    assert names(folder) == FIRST


def test_what_a_constructor_has_left_that_failed_goes_at_once(folder: Path) -> None:
    """Anyone may ask for it again and again."""
    make(LITTERING)
    for _ in range(2):
        with pytest.raises(NotCreatable, match="no such place"):
            make(Recipe("left/Littering-v0", kwargs={"begin": 2000}))
    assert names(folder) == FIRST


def test_one_whose_predecessors_files_are_gone_is_the_first_again(folder: Path) -> None:
    make(LITTERING)
    (folder / "models.bin").unlink()
    make(LITTERING)
    assert names(folder) == {"maze-1.xml", "parts-1", "models.bin", "maze-2.xml", "parts-2"}


def test_files_of_other_folders_and_other_threads_stay(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (folder / "older").touch()
    with noted() as made:
        other = threading.Thread(target=(folder / "another").touch)
        other.start()
        other.join()
        for path in (elsewhere / "kept", folder / "older", folder / "new"):
            path.write_text("text")
        (folder / "new").read_text()
    (folder / "later").touch()
    assert made == [folder / "new"]


def test_files_are_removed_by_the_process_alone_that_made_them(folder: Path) -> None:
    """A fork has a copy of every environment."""
    (folder / "maze").touch()
    left_files._remove(os.getpid() + 1, [folder / "maze"])
    assert names(folder) == {"maze"}
    left_files._remove(os.getpid(), [folder / "maze", folder / "gone"])
    assert names(folder) == set()


def test_what_cannot_be_removed_is_told(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("not yours")

    class Owner:
        pass

    for number in (1, 2):
        owner = Owner()
        (folder / f"maze-{number}").touch()
        remove_with(owner, "kind", [folder / f"maze-{number}"])
    with monkeypatch.context() as denied:
        denied.setattr(Path, "unlink", refuse)
        del owner
        gc.collect()
    assert f"could not be removed: {folder / 'maze-2'}" in caplog.text
