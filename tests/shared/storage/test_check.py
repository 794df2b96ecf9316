"""A store that does not keep what is promised is found out before anything is served."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.errors import Misconfigured, StoreUnavailable
from shared.storage.address import StoreAddress
from shared.storage.check import PREFIX, check, probe
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Store
from shared.storage.sqlite import SQLiteStore
from tests.blocking import Blocking, result
from tests.fixtures_azure import CONTAINER
from tests.fixtures_s3 import BUCKET
from tests.shared.session.faulty import FaultyStore
from tests.shared.storage.cloud.wire import Answer, Fate, Wire, running_wire
from tests.shared.storage.testing import broken


@pytest.fixture
def wire(moto_server: str, moto: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A proxy before moto, which checks no signatures, so that headers may get lost on the way."""
    with running_wire(moto_server) as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", wire.endpoint)
        yield wire


def address() -> StoreAddress:
    return StoreAddress.parse(f"s3://{BUCKET}/{secrets.token_hex(8)}")


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shared.storage.check", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("store", [MemoryStore(), FaultyStore(), FaultyStore(deletes_conditionally=False)])
def test_a_store_that_keeps_its_promises_passes_and_nothing_is_left(store: Store) -> None:
    assert result(probe(store)) > 0
    assert Blocking(store).list("") == []


@pytest.mark.usefixtures("aws_environment")
def test_a_real_s3_server_passes() -> None:
    assert 0 < asyncio.run(check(address(), "process")) < 30


@pytest.mark.usefixtures("azure_environment")
def test_azures_server_passes() -> None:
    there = StoreAddress.parse(f"az://{CONTAINER}/{secrets.token_hex(8)}")
    assert 0 < asyncio.run(check(there, "process")) < 30


@pytest.mark.parametrize(
    ("store", "found"),
    [
        (broken.IgnoresExpectations, "it created an object that was there"),
        (broken.DeletesWhateverIsThere, "it deleted an object that another write had replaced"),
        (broken.ForgetsWrites, "what was written is not what is read"),
        (broken.ListsInNoOrder, None),
    ],
)
def test_a_broken_promise_that_would_lose_calls_is_named(store: type[MemoryStore], found: str | None) -> None:
    if found is None:  # untidy, and nothing is lost by it
        result(probe(store()))
        return
    with pytest.raises(Misconfigured, match=f"{found}; calls would be lost") as raised:
        result(probe(store()))
    assert raised.value.detail.startswith("The store named by GYM_HTTP_STORE does not keep its promises")


@pytest.mark.parametrize(
    ("dropped", "found"),
    [
        ({"if-none-match"}, "it created an object that was there"),
        ({"if-match"}, "it replaced an object that another write had replaced"),
        ({"if-match", "if-none-match"}, "it created an object that was there"),
    ],
)
def test_a_proxy_that_drops_conditions_is_found_out(wire: Wire, dropped: set[str], found: str) -> None:
    asyncio.run(check(address(), "process"))
    wire.dropped = frozenset(dropped)
    with pytest.raises(Misconfigured, match=f"{found}; .* no proxy that drops If-Match or If-None-Match"):
        asyncio.run(check(address(), "process"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(403, "AccessDenied"), "grant s3:GetObject, s3:PutObject"),
        (Answer(404, "NoSuchBucket"), "create the bucket"),
        (Answer(501, "NotImplemented"), "use a server with conditional writes"),
        (Answer(301, "PermanentRedirect"), "set AWS_REGION to the bucket's region"),
    ],
)
def test_a_bucket_that_cannot_be_written_says_why(wire: Wire, answer: Answer, words: str) -> None:
    wire.fates.append(answer)
    with pytest.raises(StoreUnavailable, match=words):
        asyncio.run(check(address(), "process"))


@pytest.mark.parametrize(
    "answer", [Answer(503, "SlowDown"), Answer(409, "ConditionalRequestConflict"), Fate.DROPPED]
)
def test_a_fault_now_and_then_does_not_end_the_start_and_one_that_stays_does(
    wire: Wire, answer: Answer | Fate
) -> None:
    wire.fates.append(answer)
    asyncio.run(check(address(), "process"))
    wire.fates += [answer] * 3
    with pytest.raises(StoreUnavailable, match="failed 3 times"):
        asyncio.run(check(address(), "process"))


def test_a_probe_leaves_nothing_behind_where_it_fails() -> None:
    store = broken.DeletesWhateverIsThere()
    with pytest.raises(Misconfigured):
        result(probe(store))
    assert Blocking(store).list(PREFIX) == []


def test_the_command_says_that_a_store_is_fit(tmp_path: Path) -> None:
    ended = command(f"sqlite:///{tmp_path}/s.db")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("The sqlite: store keeps what is promised, in ")
    store = Blocking(SQLiteStore(tmp_path / "s.db"))
    assert store.list("") == []
    store.close()
    assert command(GYM_HTTP_STORE="memory:").stdout.startswith("The memory: store keeps")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3:bucket", "is not a valid s3: address; write s3://BUCKET/PREFIX"),
        ("postgres://me:secret@host", "does not start with the scheme of an installed store"),
        ("sqlite:////proc/nowhere/s.db", "check the path, its permissions and its disk"),
    ],
)
def test_the_command_says_in_a_sentence_why_a_store_is_not_fit(url: str, words: str) -> None:
    ended = command(url)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "secret" not in ended.stderr
