"""A compressed body is unpacked within its limit, whatever it holds."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from shared.errors import BodyTooLarge, InvalidRequest, UnsupportedEncoding
from shared.web.protocol.content_coding import Inflate


def read(body: bytes, coding: bytes, limit: int = 1000, size: int = 7) -> bytes:
    """The body, as it is read from parts of `size` bytes."""
    inflate = Inflate(coding, limit)
    content = b"".join([inflate(body[start : start + size]) for start in range(0, len(body), size)])
    inflate.end()
    return content


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("coding", "compress"),
    [(b"gzip", gzip.compress), (b" X-Gzip ", gzip.compress), (b"deflate", zlib.compress), (b"identity", bytes)],
)
def test_a_compressed_body_is_what_it_was_before(
    coding: bytes, compress: Callable[[bytes], bytes], size: int
) -> None:
    text = b'{"env_id": "CartPole-v1"}' * 9
    assert read(compress(text), coding, size=size) == text


def test_nothing_is_an_empty_body_in_any_coding() -> None:
    assert read(b"", b"gzip") == b""
    assert read(gzip.compress(b""), b"gzip") == b""


def test_a_body_of_exactly_the_limit_is_read_and_of_one_byte_more_refused() -> None:
    assert read(gzip.compress(bytes(1000)), b"gzip") == bytes(1000)
    with pytest.raises(BodyTooLarge):
        read(gzip.compress(bytes(1001)), b"gzip")


@pytest.mark.parametrize("size", [64, 100_000])
def test_a_bomb_is_never_unpacked_beyond_the_limit(size: int) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(BodyTooLarge):
        read(bomb, b"gzip", limit=100_000, size=size)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"not": "compressed"}',
        gzip.compress(b"x" * 90)[:-9],
        gzip.compress(b"x") + b"more",
        gzip.compress(b"x")[:-4] + bytes(4),
    ],
    ids=["plain", "cut off", "longer", "another checksum"],
)
def test_a_body_that_has_not_the_coding_that_it_names_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="Content-Encoding gzip"):
        read(body, b"gzip", size=1000)


@pytest.mark.parametrize("coding", [b"br", b"zstd", b"gzip, gzip", b"\xff"])
def test_any_other_coding_is_refused(coding: bytes) -> None:
    with pytest.raises(UnsupportedEncoding):
        read(b"{}", coding)
