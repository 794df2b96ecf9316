"""A film is encoded in a process of its own, which ends with it."""

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from shared.errors import NotRenderable
from shared.films.encoding import Encoding
from tests.servers import ROOT


def test_a_film_comes_in_parts_once_its_frames_are_in() -> None:
    async def test() -> None:
        encoding = Encoding("webp", 10, 100)
        try:
            for number in range(3):
                encoding.put(np.full((20, 30, 3), number, np.uint8))
            encoding.end()
            film = b"".join([part async for part in encoding.parts()])
        finally:
            encoding.close()
        assert (film[:4], film[8:12]) == (b"RIFF", b"WEBP")

    asyncio.run(test())


def test_what_is_closed_takes_no_frames_and_has_no_end() -> None:
    encoding = Encoding("webp", 10, 100)
    encoding.close()
    with pytest.raises(NotRenderable):
        encoding.put(np.zeros((20, 30, 3), np.uint8))


def test_no_frames_are_no_film() -> None:
    async def test() -> None:
        encoding = Encoding("webp", 10, 100)
        try:
            encoding.end()
            with pytest.raises(NotRenderable):
                [part async for part in encoding.parts()]
        finally:
            encoding.close()

    asyncio.run(test())


def test_the_encoder_imports_what_this_process_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Lambda the code is where no interpreter looks by itself."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr("sys.path", [str(ROOT), *sys.path])
    monkeypatch.setattr("sys.executable", str(Path(sys.base_prefix) / "bin" / "python3"))
    encoding = Encoding("webp", 10, 8)
    try:
        encoding.put(np.zeros((4, 4, 3), np.uint8))
        encoding.end()
        assert asyncio.run(first(encoding))[:4] == b"RIFF"
    finally:
        encoding.close()


async def first(encoding: Encoding) -> bytes:
    return await anext(encoding.parts())
