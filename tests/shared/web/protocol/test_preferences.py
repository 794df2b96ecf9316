"""What a client prefers is read as RFC 7240 has it, and what is unknown is ignored."""

import pytest

from shared.web.protocol.preferences import async_after


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (None, None),
        (b"", None),
        (b"return=minimal", None),
        (b"wait=10", None),
        (b"respond-async", 2),
        (b"Respond-Async", 2),
        (b"respond-async, wait=10", 10),
        (b"wait=0,respond-async", 0),
        (b'foo; bar="x", respond-async; q=1 , wait="7"', 7),
        (b"respond-async, wait=86400", 30),
        (b"respond-async, wait=99999999999999999999", 30),
        (b"respond-async, wait=-1", 2),
        (b"respond-async, wait=soon", 2),
        (b"respond-async, wait=1, wait=9", 1),
        ("respond-async, wait=\u00b2".encode("latin-1"), 2),
    ],
)
def test_the_wait_of_a_client_that_prefers_a_reply(sent: bytes | None, seconds: float | None) -> None:
    assert async_after(sent) == seconds
