"""Two releases of a package in pure Python are equal where their files are."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from shared.snapshot.versions.files_digest import files_digest

Install = Callable[[str, Mapping[str, str]], str | None]

CODE = {"stroll/__init__.py": "", "stroll/env.py": "PACE = 3\n", "stroll/map.txt": "..#\n"}


@pytest.fixture
def digest_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """The digest of the distribution `stroll`, installed anew with these files as pip does it."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(version: str, files: Mapping[str, str]) -> str | None:
        for old in tmp_path.rglob("*"):
            if old.is_file():
                old.unlink()
        for folder in tmp_path.glob("*.dist-info"):
            folder.rmdir()
        info = tmp_path / f"stroll-{version}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: stroll\nVersion: {version}\n"
        (info / "METADATA").write_text(metadata)
        rows = [
            f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()},{len(text)}"
            for path, text in {**files, f"{info.name}/METADATA": metadata}.items()
        ]
        rows += ["../../../bin/stroll,sha256=xyz,9", "stroll/__pycache__/env.cpython-311.pyc,,"]
        (info / "RECORD").write_text("\n".join([*rows, f"{info.name}/RECORD,,"]))
        files_digest.cache_clear()
        return files_digest("stroll")

    yield install
    files_digest.cache_clear()


def test_a_release_with_the_same_files_has_the_same_digest(digest_of: Install) -> None:
    first = digest_of("1.0", CODE)
    assert first is not None
    assert digest_of("1.0.1", dict(reversed(CODE.items()))) == first


@pytest.mark.parametrize(
    "change",
    [{"stroll/env.py": "PACE = 4\n"}, {"stroll/map.txt": ".#.\n"}, {"stroll/more.py": ""}],
    ids=["code", "data", "a new file"],
)
def test_any_other_file_gives_another_digest(digest_of: Install, change: Mapping[str, str]) -> None:
    assert digest_of("1.0", {**CODE, **change}) != digest_of("1.0", CODE)


def test_a_distribution_with_compiled_parts_has_none(digest_of: Install) -> None:
    """Its files differ by platform and by Python."""
    assert digest_of("1.0", {**CODE, "stroll/fast.cpython-311-x86_64-linux-gnu.so": "x"}) is None


def test_an_editable_installation_has_none(digest_of: Install) -> None:
    """It lists no file of the package."""
    assert digest_of("1.0", {"_stroll.pth": "/home/ann/stroll\n"}) is None


def test_what_is_not_installed_has_none() -> None:
    assert files_digest("no-such-distribution") is None
