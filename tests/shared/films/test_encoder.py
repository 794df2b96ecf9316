"""Frames of every shape become a film that players take."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared.films.encoder import write_mp4, write_webp

SHAPES: list[tuple[int, ...]] = [(41, 33), (41, 33, 2), (41, 33, 3), (41, 33, 4)]


@pytest.mark.parametrize("shape", SHAPES)
def test_mp4_has_even_sides_and_all_frames(shape: tuple[int, ...]) -> None:
    av = pytest.importorskip("av")
    target = io.BytesIO()
    write_mp4(iter([np.full(shape, 20 * number, np.uint8) for number in range(5)]), target, 25, 100)
    assert target.getvalue()[4:8] == b"ftyp"
    with av.open(io.BytesIO(target.getvalue())) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert [frame.shape for frame in frames] == [(40, 32, 3)] * 5
    assert abs(int(frames[4].mean()) - 80) < 4


@pytest.mark.parametrize("shape", SHAPES)
def test_webp_is_made_smaller_and_never_larger(shape: tuple[int, ...]) -> None:
    for width, size in ((11, (11, 14)), (100, (33, 41))):
        target = io.BytesIO()
        write_webp(iter([np.full(shape, 90 * number, np.uint8) for number in range(3)]), target, 10, width)
        film: Any = Image.open(io.BytesIO(target.getvalue()))
        assert (film.n_frames, film.size) == (3, size)
