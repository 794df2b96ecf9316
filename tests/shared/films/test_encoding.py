"""A film is encoded in a process of its own, which ends with it."""

import asyncio

import numpy as np
import pytest

from shared.errors import NotRenderable
from shared.films.encoding import Encoding


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
