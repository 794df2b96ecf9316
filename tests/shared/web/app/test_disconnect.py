"""A client is gone if the server says so within a moment, and only then."""

import asyncio
from typing import Any

import pytest

from shared.web.app import disconnect
from shared.web.app.disconnect import is_gone


async def says(kind: str) -> Any:
    return {"type": kind}


def test_a_closed_connection_is_a_client_that_is_gone() -> None:
    assert asyncio.run(is_gone(lambda: says("http.disconnect")))


def test_a_body_that_goes_on_is_a_client_that_is_there() -> None:
    assert not asyncio.run(is_gone(lambda: says("http.request")))


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disconnect, "_MOMENT_S", 0.01)

    async def silent() -> Any:
        await asyncio.sleep(600)

    assert not asyncio.run(is_gone(silent))
