"""A server says before it serves why its store is not fit, or what there is to know of it."""

import asyncio
import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.errors import Misconfigured, StoreUnavailable
from shared.settings import Settings
from shared.storage.memory import MemoryStore
from shared.web.app.probe import probed
from shared.web.service.service import open_service
from tests.servers import uvicorn
from tests.shared.storage.testing.broken import IgnoresExpectations

MEMORY = Settings(store="memory:", log="off")


def opening(monkeypatch: pytest.MonkeyPatch, store: MemoryStore) -> None:
    monkeypatch.setattr("shared.storage.check.open_store", lambda *_: store)


def test_a_store_that_ignores_conditions_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    opening(monkeypatch, IgnoresExpectations())
    with pytest.raises(Misconfigured, match="it created an object that was there"):
        asyncio.run(probed(open_service(MEMORY)))


@pytest.mark.parametrize("replaces", [False, True])
def test_a_store_that_is_away_ends_the_start_but_not_a_replacement(
    replaces: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(MemoryStore):
        async def put(self, *_: object, **__: object) -> object:  # type: ignore[override]
            raise StoreUnavailable("The bucket is away.")

    opening(monkeypatch, Away())
    service = open_service(MEMORY)
    if replaces:
        monkeypatch.setattr("multiprocessing.parent_process", object)
        asyncio.run(probed(service))
        assert "The bucket is away." in caplog.text
    else:
        with pytest.raises(StoreUnavailable, match="away"):
            asyncio.run(probed(service))


def test_a_slow_store_is_told_of(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("shared.web.app.probe.SLOW_S", -1)
    asyncio.run(probed(open_service(MEMORY)))
    assert "s a call, and each step waits for one" in caplog.text


def test_what_has_to_be_known_of_a_store_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = open_service(MEMORY)
    with caplog.at_level(logging.WARNING):
        asyncio.run(probed(service))
    assert caplog.text == ""
    objects = service.session.objects
    monkeypatch.setattr(objects, "capabilities", replace(objects.capabilities, caution="It is slow."))
    asyncio.run(probed(service))
    assert "It is slow." in caplog.text


def test_a_server_ends_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(AssertionError, match="check the path, its permissions and its disk"),
        uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/file/s.db", GYM_HTTP_SIGNING_KEYS="k" * 32),
    ):
        raise AssertionError("it has started")
