"""A service opens the store that its settings name, or says which setting is wrong."""

import asyncio
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from shared.errors import Misconfigured
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.stored.reference import Reference
from shared.settings import PUBLIC, Settings
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.making.make import register_environments
from shared.storage.address import StoreAddress
from shared.storage.sqlite import SQLiteStore
from shared.web.service import service
from shared.web.service.service import open_service
from shared.web.service.views import Views
from tests.shared.session.sessions import run

MEMORY = Settings(store="memory:")


def test_the_settings_are_those_given_or_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_service(MEMORY).settings is MEMORY
    monkeypatch.setenv("GYM_HTTP_STORE", "memory:")
    monkeypatch.setenv("GYM_HTTP_LIVE_ENVS", "3")
    assert open_service().settings.live_envs == 3


@pytest.mark.parametrize(("memory_mib", "room"), [("", 2**32), ("128", 2**26), ("512", 2**28), ("10240", 2**32)])
def test_a_trial_takes_no_more_than_a_function_has_beside_itself(
    monkeypatch: pytest.MonkeyPatch, memory_mib: str, room: int
) -> None:
    """Lambda ends a function that exceeds its memory, and the call would be answered with 500."""
    given = []

    def limits(seconds: float, most: int) -> Limits:
        given.append(most)
        return Limits(seconds, most)

    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mib)
    monkeypatch.setattr(service, "Limits", limits)
    open_service(MEMORY)
    assert given == [room]


def test_closing_ends_the_live_environments_and_keeps_what_was_saved(settings: Settings) -> None:
    async def test() -> None:
        opened = open_service(settings)
        header = await opened.session.creation.create(PUBLIC, Recipe("CartPole-v1"), ())
        await opened.session.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))
        assert opened.session.live_envs == 1
        await opened.close()
        assert opened.session.live_envs == 0
        again = open_service(settings)
        assert (await again.session.snapshots.header(header.reference)).revision == 1
        await again.close()

    run(test)


def test_what_looks_at_instances_is_there_once_it_is_asked_for_and_ends_with_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = []

    async def note(views: Views) -> None:
        closed.append(views)

    monkeypatch.setattr(Views, "close", note)

    async def test() -> None:
        await open_service(MEMORY).close()
        assert closed == []
        opened = open_service(MEMORY)
        views = opened.views
        assert views is opened.views
        await opened.close()
        assert closed == [views]

    run(test)


def test_what_is_counted_is_counted_only_where_it_is_asked_for() -> None:
    assert open_service(MEMORY).metrics is None
    assert open_service(MEMORY, metrics=True).metrics is not None


def test_a_ticket_is_taken_while_its_owner_has_a_key() -> None:
    keyed = replace(MEMORY, api_keys=(("ann", "secret"),), signing_keys=("k" * 32,))
    reference = Reference("ann", "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11")
    ticket, _ = open_service(keyed).tickets.issue(reference)
    assert open_service(keyed).tickets.owner(ticket, reference.instance_id) == "ann"


@pytest.mark.parametrize("one_at_a_time", [False, True])
def test_only_where_one_call_follows_another_does_a_store_hold_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, one_at_a_time: bool
) -> None:
    monkeypatch.setattr(service, "register_when_asked", register_environments)  # for the whole process
    settings = Settings(store="s3://bucket", signing_keys=("a key for this test alone",))
    for chosen, holds in ((settings, one_at_a_time), (MEMORY, False)):
        opened = open_service(chosen, one_at_a_time=one_at_a_time)
        assert opened.session.objects.capabilities.holds_loop is holds


def test_the_service_has_the_address_of_its_store_and_the_key_beside_it(tmp_path: Path) -> None:
    opened = open_service(Settings(store=f"sqlite:///{tmp_path}/s.db", log="off"))
    assert opened.address == StoreAddress("sqlite", f"///{tmp_path}/s.db")
    assert (tmp_path / "s.db.key").exists()
    asyncio.run(opened.close())


def test_a_worker_among_several_refuses_a_store_that_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: "another")
    with pytest.raises(Misconfigured, match="GYM_HTTP_STORE is memory:, which several workers cannot share"):
        open_service(Settings(store="memory:"))


def test_a_snapshot_limit_above_the_stores_largest_object_is_refused(
    tmp_path: Path,
) -> None:
    largest = SQLiteStore(tmp_path / "s.db").capabilities.max_object_bytes
    settings = Settings(store=f"sqlite:///{tmp_path}/s.db", max_snapshot_bytes=largest + 1)
    with pytest.raises(Misconfigured, match=f"GYM_HTTP_MAX_SNAPSHOT_BYTES .* at most {largest} bytes"):
        open_service(settings)
    asyncio.run(open_service(replace(settings, max_snapshot_bytes=largest)).close())


def test_an_address_is_refused_before_a_key_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "signing_keys", lambda *_: pytest.fail("a key was made"))
    with pytest.raises(Misconfigured, match="GYM_HTTP_STORE"):
        open_service(Settings(store="sqlite:s.db"))
