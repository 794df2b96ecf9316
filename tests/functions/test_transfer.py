"""Instances go from SQLite to a bucket and back, and are the same bytes and go on as they would have."""

import asyncio
import dataclasses
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions.transfer import transferred
from infra.s3.seaweedfs import SeaweedFS
from shared.errors import Misconfigured, StoreUnavailable
from shared.settings import Settings
from shared.storage.address import StoreAddress
from shared.storage.open import open_store
from shared.storage.protocol import read
from shared.variables import child_environment
from tests.applications import Api, served
from tests.fixtures_s3 import BUCKET
from tests.servers import ROOT

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("CartPole-v1", {}),
    ("FrozenLake-v1", {}),
    ("Pendulum-v1", {"record": True}),
    ("Blackjack-v1", {"num_envs": 2}),
]
PLAY: dict[str, Any] = {
    "policy": "random",
    "steps": 7,
    "on_end": "continue",
    "include": ["observations", "rewards", "actions"],
}
SIZES = [8, pytest.param(1000, marks=pytest.mark.slow)]


def filled(settings: Settings, count: int) -> list[str]:
    """The ids of so many instances of several kinds, some with a checkpoint, and one that was closed."""
    ids: list[str] = []
    with served("local", settings) as client:
        api = Api(client)
        for env_id, created in KINDS:
            first = api.create(env_id, seed=len(ids), **created)
            api.post(f"{first}/reset/")
            each = count // len(KINDS) - 1
            forks = api.post(f"{first}/fork/", {"count": each, "reseed": 5}).json["instance_ids"]
            ids += [first[-36:], *forks]
        for instance in ids[::10]:
            api.post(f"/v1/envs/{instance}/checkpoints/", {"name": "kept"})
        for instance in ids[::3]:
            assert api.post(f"/v1/envs/{instance}/rollout/", PLAY).status == 200
        closed = api.create("CartPole-v1")
        api.delete(closed, **{"idempotency-key": "closed"})
    return ids


def objects(address: str) -> dict[str, bytes]:
    """Everything in a store that belongs to instances."""

    async def all_of_it() -> dict[str, bytes]:
        store = open_store(StoreAddress.parse(address), "process")
        keys = [entry.key async for entry in store.list("") if entry.key.count("/") > 1]
        found = {key: await read(store, key) or b"" for key in keys}
        await store.close()
        return found

    return asyncio.run(all_of_it())


def played(settings: Settings, ids: list[str]) -> list[bytes]:
    """What each does next, from its own generators; restored to its checkpoint before, where it has one."""
    replies = []
    with served("local", settings) as client:
        api = Api(client)
        for instance in ids:
            for checkpoint in api.get(f"/v1/envs/{instance}/checkpoints/").json["checkpoints"]:
                api.post(f"/v1/envs/{instance}/restore/", {"checkpoint_id": checkpoint["checkpoint_id"]})
            reply = api.post(f"/v1/envs/{instance}/rollout/", PLAY)
            assert reply.status == 200, reply.content
            replies.append(reply.content)
    return replies


def move(source: Settings, target: Settings, ids: list[str] | None = None) -> Any:
    return asyncio.run(transferred(source.store, target.store, ids or [], source))


@pytest.fixture
def settings(settings: Settings, aws_environment: SeaweedFS) -> Settings:
    return dataclasses.replace(settings, signing_keys=("k" * 32,))


@pytest.fixture
def bucket(settings: Settings) -> Settings:
    return dataclasses.replace(settings, store=f"s3://{BUCKET}/{secrets.token_hex(8)}")


def beside(settings: Settings, tmp_path: Path, **changes: Any) -> Settings:
    """Another SQLite store."""
    return dataclasses.replace(settings, store=f"sqlite:///{tmp_path}/other/snapshots.db", **changes)


@pytest.mark.parametrize("count", SIZES)
def test_to_a_bucket_and_back_the_bytes_and_the_next_steps_are_the_same(
    settings: Settings, bucket: Settings, tmp_path: Path, count: int
) -> None:
    ids, back = filled(settings, count), beside(settings, tmp_path)
    before = objects(settings.store)
    assert len([key for key in before if key.startswith("state/")]) == count
    assert {key.partition("/")[0] for key in before} == {"state", "index", "checkpoints", "closed", "history"}
    for source, target in ((settings, bucket), (bucket, back)):
        done = move(source, target)
        assert (done.instances, done.objects, done.there, done.refused) == (count, len(before), 0, [])
        assert done.size == sum(map(len, before.values()))
        assert objects(target.store) == before
    assert objects(settings.store) == before
    sample = ids if count == 1000 else ids[::2]
    assert played(back, sample) == played(settings, sample)
    with served("local", back) as client:
        recorded = f"/v1/envs/{ids[count // 2]}"
        calls = [row["call"] for row in Api(client).get(f"{recorded}/history/").json["rows"]]
        assert (calls[0], calls.count("step")) == ("reset", PLAY["steps"])
        assert Api(client).post(f"{recorded}/verify/", {}).json["verified"]


def test_a_transfer_that_broke_off_goes_on(settings: Settings, bucket: Settings, tmp_path: Path) -> None:
    filled(settings, 8)
    before, there = objects(settings.store), beside(settings, tmp_path)
    move(settings, there)

    async def lose_a_part() -> None:
        store = open_store(StoreAddress.parse(there.store), "process")
        for key in sorted(before)[::2]:
            await store.delete(key)
        await store.close()

    asyncio.run(lose_a_part())
    done = move(settings, there)
    assert (done.instances, done.objects) == (8, len(before))
    assert done.there == len(before) - len(sorted(before)[::2])
    assert objects(there.store) == before


def test_only_the_named_instances_go(settings: Settings, tmp_path: Path) -> None:
    ids, there = filled(settings, 8), beside(settings, tmp_path)
    assert move(settings, there, ids[:2]).instances == 2
    assert sorted(key[-36:] for key in objects(there.store) if key.startswith("state/")) == sorted(ids[:2])


def test_what_the_other_store_has_of_the_same_id_stays_and_is_told(settings: Settings, tmp_path: Path) -> None:
    ids, there = filled(settings, 8), beside(settings, tmp_path)
    move(settings, there)
    with served("local", there) as client:
        Api(client).post(f"/v1/envs/{ids[0]}/reset/")
    kept = objects(there.store)
    done = move(settings, there)
    assert (done.instances, len(done.refused)) == (7, 1)
    assert ids[0] in done.refused[0]
    assert "other bytes" in done.refused[0]
    assert objects(there.store) == kept


def test_a_snapshot_that_no_key_has_signed_is_left_out(settings: Settings, tmp_path: Path) -> None:
    ids, there = filled(settings, 8), beside(settings, tmp_path)
    [segment, *_] = [key for key in objects(settings.store) if key.startswith(f"history/public/{ids[4]}/")]

    async def alter() -> None:
        store = open_store(StoreAddress.parse(settings.store), "process")
        for key in (f"state/public/{ids[1]}", segment):
            body = await read(store, key) or b""
            await store.put(key, body[:-1] + bytes([body[-1] ^ 1]))
        await store.close()

    asyncio.run(alter())
    done = move(settings, there)
    assert (done.instances, len(done.refused)) == (6, 2)
    assert all("not to be trusted" in each for each in done.refused)
    assert not [key for key in objects(there.store) if ids[1] in key and not key.startswith("checkpoints/")]
    assert not [key for key in objects(there.store) if ids[4] in key]
    unsigned = asyncio.run(
        transferred(settings.store, there.store, [], dataclasses.replace(settings, signing_keys=("x" * 32,)))
    )
    assert unsigned.instances == 0


def test_the_key_in_a_file_goes_beside_another_file_and_to_no_bucket(
    settings: Settings, bucket: Settings, tmp_path: Path
) -> None:
    settings = dataclasses.replace(settings, signing_keys=())
    ids, there = filled(settings, 8), beside(settings, tmp_path)
    move(settings, there)
    assert (tmp_path / "other/snapshots.db.key").read_bytes() == (tmp_path / "snapshots.db.key").read_bytes()
    assert played(there, ids[:1]) == played(settings, ids[:1])
    with pytest.raises(Misconfigured, match="GYM_HTTP_SIGNING_KEYS is not set"):
        move(settings, bucket)
    (tmp_path / "other/snapshots.db.key").write_bytes(b"another key of other characters")
    with pytest.raises(Misconfigured, match="another key"):
        move(settings, there)


def test_a_store_that_is_not_there_is_told_and_not_made(settings: Settings, tmp_path: Path) -> None:
    there = beside(settings, tmp_path)
    with pytest.raises(StoreUnavailable, match="There is no store"):
        move(there, settings)
    assert not (tmp_path / "other").exists()


def test_the_command_tells_what_it_did(settings: Settings, tmp_path: Path) -> None:
    ids, there = filled(settings, 8), beside(settings, tmp_path)

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "functions.transfer", settings.store, there.store, *arguments],
            cwd=ROOT,
            env=child_environment(GYM_HTTP_SIGNING_KEYS=settings.signing_keys[0]),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    moved = command(*ids)
    assert moved.returncode == 0, moved.stderr
    assert moved.stdout.startswith("8 instances are in TO_STORE: ")
    unknown = command("00000000-0000-4000-8000-000000000000")
    assert (unknown.returncode, "nothing was transferred" in unknown.stderr) == (1, True)
