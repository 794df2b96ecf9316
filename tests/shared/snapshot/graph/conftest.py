"""Installing leaves for the length of a test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.snapshot.graph import native_state, pickler
from shared.snapshot.graph.leaves import registered_leaves

Register = Callable[..., None]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """Installs a distribution with these leaves: its metadata is all that is looked at."""

    def install(distribution: str, **leaves: str) -> None:
        metadata = tmp_path / f"{distribution}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in leaves.items()]
        (metadata / "entry_points.txt").write_text("\n".join(["[gym_http.native_leaves]", *lines]))
        forget()

    monkeypatch.syspath_prepend(tmp_path)
    yield install
    monkeypatch.undo()
    forget()


def forget() -> None:
    for found in (registered_leaves, pickler.reducer_of, native_state.library_of):
        found.cache_clear()
