"""So many WebSockets may be open at a time, and no more."""

import pytest

from shared.errors import SocketsFull
from shared.web.service.open_sockets import OpenSockets


def test_one_too_many_is_refused_until_another_closes() -> None:
    sockets = OpenSockets(2)
    with sockets.one():
        with sockets.one():
            with pytest.raises(SocketsFull, match="GYM_HTTP_MAX_SOCKETS") as full, sockets.one():
                pass
            assert full.value.evidence == {"limit": 2, "retry_after": 5}
        with pytest.raises(ZeroDivisionError), sockets.one():
            raise ZeroDivisionError
        with sockets.one():
            assert sockets.count == 2
    assert sockets.count == 0
