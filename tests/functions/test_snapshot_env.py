"""A snapshot file carries an environment to another service, exactly, and no other file is read."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.session.lifecycle.snapshot_file import MEDIA_TYPE, as_file
from shared.session.stored.envelope import FILE_MAGIC, MAGIC, opened
from shared.session.stored.header import Header
from shared.settings import Settings
from tests.applications import Api, Reply, served

MODULES = ("ale_py", "tests.shared.snapshot.foreign")
SHARED = "one key of thirty-two characters"
FAMILIES = [
    ("CartPole-v1", {"wrappers": [{"name": "FrameStackObservation", "kwargs": {"stack_size": 2}}]}),
    ("FrozenLake-v1", {}),
    ("LunarLander-v3", {}),
    ("HalfCheetah-v5", {}),
    ("ALE/Pong-v5", {"kwargs": {"obs_type": "ram"}}),
    ("ForeignWalk-v0", {}),
    ("CartPole-v1", {"num_envs": 2}),
]


def begun(api: Api, env_id: str = "CartPole-v1", **created: Any) -> str:
    instance = api.create(env_id, **{"seed": 3, **created})
    api.post(f"{instance}/reset/")
    return instance


def sent(api: Api, file: bytes, **headers: str) -> Reply:
    return api.client.send("POST", "/v1/envs/", file, {"content-type": MEDIA_TYPE, **headers})


def arrived(api: Api, file: bytes, **headers: str) -> str:
    reply = sent(api, file, **headers)
    assert reply.status == 200, reply.content
    return f"/v1/envs/{reply.json['instance_id']}"


def refused(reply: Reply, kind: str, reason: str | None = None) -> bool:
    told = reply.json["type"].rpartition(":")[2]
    return (reply.status, told, reply.json.get("reason")) == (422, kind, reason)


def played(api: Api, instance: str) -> bytes:
    """What comes next, from the environment's and the action space's generators."""
    body = {
        "policy": "random",
        "steps": 20,
        "on_end": "continue",
        "include": ["observations", "rewards", "actions"],
    }
    return api.post(f"{instance}/rollout/", body).content


@contextmanager
def elsewhere(settings: Settings, tmp_path: Path, kind: str = "local", **changes: Any) -> Iterator[Api]:
    """Another service with a store of its own."""
    other = dataclasses.replace(settings, store=f"sqlite:///{tmp_path}/elsewhere.db", **changes)
    with served(kind, other) as client:
        yield Api(client)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, signing_keys=(SHARED,), env_modules=MODULES)


def forged(file: bytes, change: Callable[[Header], Header]) -> bytes:
    """A file that this service might have written of another header."""
    header, body = opened(file, [SHARED.encode()], FILE_MAGIC)
    return as_file(change(header), body, [SHARED.encode()])


@pytest.mark.usefixtures("tried_once")
@pytest.mark.parametrize(("env_id", "created"), FAMILIES)
def test_an_environment_goes_on_elsewhere_as_it_would_have_here(
    settings: Settings, tmp_path: Path, env_id: str, created: dict[str, Any]
) -> None:
    with served("local", settings) as client, elsewhere(settings, tmp_path) as there:
        here = Api(client)
        instance = begun(here, env_id, **created)
        played(here, instance)
        moved = arrived(there, here.get(f"{instance}/snapshot/").content)
        before, after = here.get(instance).json, there.get(moved).json
        assert {name for name in before if before[name] != after[name]} == {
            *("instance_id", "revision", "created", "used", "origin")
        } & set(before)
        assert played(there, moved) == played(here, instance)


def test_what_was_recorded_stays_with_the_instance_that_it_happened_to(api: Api) -> None:
    """Its log goes on in its own segments, which no other instance has."""
    recorded, plain = begun(api, record=True), begun(api)
    moved = arrived(api, api.get(f"{recorded}/snapshot/").content)
    assert api.get(f"{moved}/history/").json["type"].endswith("not-recorded")
    assert played(api, moved) == played(api, recorded) == played(api, plain)
    assert api.post(f"{recorded}/verify/", {}).json["verified"]


def test_a_file_is_of_a_state_and_nothing_is_written(api: Api) -> None:
    instance = begun(api)
    record = api.get(instance).content
    first, second = (api.get(f"{instance}/snapshot/") for _ in range(2))
    assert (first.status, first.headers["content-type"], first.headers["etag"]) == (200, MEDIA_TYPE, '"1"')
    assert first.headers["content-disposition"] == f'attachment; filename="{instance[-36:]}-1.snapshot"'
    assert first.content == second.content
    assert api.get(instance).content == record
    assert played(api, arrived(api, first.content)) == played(api, instance)


def test_a_file_of_a_checkpoint_is_of_the_state_of_then(local: Api) -> None:
    instance = begun(local)
    checkpoint = local.post(f"{instance}/checkpoints/", {"name": "then"}).json["checkpoint_id"]
    [twin] = local.post(f"{instance}/fork/").json["instance_ids"]
    played(local, instance)
    made = arrived(local, local.get(f"{instance}/snapshot/?checkpoint_id={checkpoint}").content)
    assert played(local, made) == played(local, f"/v1/envs/{twin}")
    assert local.get(f"{made}/checkpoints/").json == {"checkpoints": []}
    for unknown in (twin, "here"):
        assert local.get(f"{instance}/snapshot/?checkpoint_id={unknown}").status == 404
    assert local.get(f"/v1/envs/{checkpoint}/snapshot/").status == 404


def test_a_file_of_a_recorded_revision_is_of_the_state_of_then(api: Api) -> None:
    instance = begun(api, record=True)
    [twin] = api.post(f"{instance}/fork/").json["instance_ids"]
    api.post(f"{instance}/rollout/", {"actions": [0, 1, 1]})
    api.post(f"/v1/envs/{twin}/rollout/", {"actions": [0, 1]})
    files = [api.get(f"{instance}/snapshot/?revision={place}") for place in ("2.1", "2.1", "1")]
    assert files[0].content == files[1].content != files[2].content
    assert (files[0].headers["etag"], files[2].headers["etag"]) == ('"2"', '"1"')
    assert files[0].headers["content-disposition"] == f'attachment; filename="{instance[-36:]}-2.1.snapshot"'
    moved = arrived(api, files[0].content)
    record, expected = api.get(moved).json, api.get(f"/v1/envs/{twin}").json
    assert [record[name] for name in ("steps", "episode", "episode_return", "ended")] == [
        expected[name] for name in ("steps", "episode", "episode_return", "ended")
    ]
    assert record["origin"] == {"instance_id": instance[-36:], "revision": 2}
    assert played(api, moved) == played(api, f"/v1/envs/{twin}")
    api.delete(instance)
    assert api.get(f"{instance}/snapshot/").status == 404
    assert api.get(f"{instance}/snapshot/?revision=2.1").content == files[0].content  # its history is kept


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("revision=9", 404, "revision-not-found"),
        ("revision=../1", 422, "invalid-value"),
        ("revision=", 422, "invalid-value"),
        ("revision=1&checkpoint_id=a", 422, "invalid-value"),
    ],
)
def test_a_state_that_is_not_there_has_no_file(local: Api, query: str, status: int, told: str) -> None:
    reply = local.get(f"{begun(local, record=True)}/snapshot/?{query}")
    assert (reply.status, reply.json["type"]) == (status, f"urn:gym-http:problem:{told}")


def test_an_instance_that_records_nothing_has_no_files_of_its_past(local: Api) -> None:
    reply = local.get(f"{begun(local)}/snapshot/?revision=1")
    assert (reply.status, reply.json["type"]) == (409, "urn:gym-http:problem:not-recorded")


def test_keys_and_replies_of_the_instance_do_not_travel(settings: Settings) -> None:
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create()
        api.post(f"{instance}/reset/", **{"idempotency-key": "secret"})
        header, _ = opened(api.get(f"{instance}/snapshot/").content, [SHARED.encode()], FILE_MAGIC)
        assert (header.keyed, header.recent, header.made_by, header.turn) == ((), b"", b"", None)


def test_a_repeated_creation_makes_one_instance(api: Api) -> None:
    file = api.get(f"{begun(api)}/snapshot/").content
    first = sent(api, file, **{"idempotency-key": "a"})
    again = sent(api, file, **{"idempotency-key": "a"})
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    other = api.get(f"{begun(api)}/snapshot/").content
    assert refused(sent(api, other, **{"idempotency-key": "a"}), "key-reused")
    assert sent(api, file, **{"idempotency-key": "b"}).json != first.json
    assert len(api.get("/v1/envs/").json) == 4


def test_a_file_that_was_cut_or_altered_anywhere_is_refused(settings: Settings) -> None:
    with served("local", settings) as client:
        api = Api(client)
        file = api.get(f"{begun(api)}/snapshot/").content
        for length in (0, 1, 7, 8, 20, 40, 44, 100, len(file) - 1):
            assert refused(sent(api, file[:length]), "invalid-snapshot", "damaged"), length
        for place in range(len(file)):
            reply = sent(api, file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :])
            assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:invalid-snapshot"), place
        assert refused(sent(api, file + b"x"), "invalid-snapshot", "damaged")
        assert list(api.get("/v1/envs/").json.values()) == ["CartPole-v1"]


def test_a_file_of_a_service_with_other_keys_is_refused_unread(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        served("local", settings) as client,
        elsewhere(settings, tmp_path, signing_keys=("x" * 32,)) as there,
    ):
        here = Api(client)
        file = here.get(f"{begun(here)}/snapshot/").content
        monkeypatch.setattr("shared.session.stored.envelope._decoded", None)  # nothing may call it
        reply = sent(there, file)
        assert refused(reply, "invalid-snapshot", "foreign")
        assert "GYM_HTTP_SIGNING_KEYS" in reply.json["detail"]


def test_an_older_key_still_verifies(settings: Settings, tmp_path: Path) -> None:
    with (
        served("local", settings) as client,
        elsewhere(settings, tmp_path, signing_keys=("x" * 32, SHARED)) as there,
    ):
        here = Api(client)
        instance = begun(here)
        moved = arrived(there, here.get(f"{instance}/snapshot/").content)
        assert played(there, moved) == played(here, instance)


def test_what_a_store_holds_is_no_file_and_a_file_is_nothing_that_a_store_holds(settings: Settings) -> None:
    with served("local", settings) as client:
        api = Api(client)
        file = api.get(f"{begun(api)}/snapshot/").content
        assert file[: len(MAGIC)] == FILE_MAGIC
        assert refused(sent(api, MAGIC + file[len(MAGIC) :]), "invalid-snapshot", "damaged")


def test_a_file_goes_to_its_owner_and_that_of_nobody_to_everyone(settings: Settings, tmp_path: Path) -> None:
    keys = (("ann", "a" * 16), ("bob", "b" * 16))
    ann, bob = ({"authorization": f"Bearer {secret}"} for _, secret in keys)
    with (
        served("local", settings) as client,
        elsewhere(settings, tmp_path, api_keys=keys) as there,
    ):
        here = Api(client)
        everybodys = here.get(f"{begun(here)}/snapshot/").content
        anns = arrived(there, everybodys, **ann)
        file = there.get(f"{anns}/snapshot/", **ann).content
        assert there.get(f"{anns}/snapshot/", **bob).status == 404
        assert there.get(f"{anns}/snapshot/").status == sent(there, file).status == 401
        assert arrived(there, file, **ann) != anns
        reply = sent(there, file, **bob)
        assert refused(reply, "invalid-snapshot", "owner")
        assert "ann" not in reply.json["detail"]
        assert refused(sent(here, file), "invalid-snapshot", "owner")
        assert there.get("/v1/envs/", **bob).json == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda header: msgspec.structs.replace(
            header, libraries={**header.libraries, "gymnasium": "0.1"}, digests={}
        ),
        lambda header: msgspec.structs.replace(header, mechanism="telepathy"),
    ],
)
def test_a_file_that_other_libraries_wrote_is_refused_and_says_which(
    settings: Settings, change: Callable[[Header], Header]
) -> None:
    with served("local", settings) as client:
        api = Api(client)
        reply = sent(api, forged(api.get(f"{begun(api)}/snapshot/").content, change))
        assert refused(reply, "invalid-snapshot", "versions")
        assert "0.1" in reply.json["detail"] or "telepathy" in reply.json["detail"]


def test_a_file_of_another_version_of_the_envelope_is_refused(local: Api) -> None:
    file = local.get(f"{begun(local)}/snapshot/").content
    version = len(FILE_MAGIC) - 1
    for other in (1, FILE_MAGIC[-1] + 1):
        reply = sent(local, file[:version] + bytes([other]) + file[version + 1 :])
        assert refused(reply, "invalid-snapshot", "versions")


def test_an_environment_that_is_not_registered_here_is_refused(settings: Settings, tmp_path: Path) -> None:
    with served("local", settings) as client:
        api = Api(client)
        file = api.get(f"{begun(api)}/snapshot/").content

        def renamed(header: Header) -> Header:
            recipe = msgspec.structs.replace(header.recipe, env_id="NotInstalledAnywhere-v0")
            return msgspec.structs.replace(header, recipe=recipe)

        reply = sent(api, forged(file, renamed))
        assert (reply.status, reply.json["type"].rpartition(":")[2]) == (400, "not-creatable")


def test_a_file_over_a_bound_is_refused(settings: Settings, tmp_path: Path) -> None:
    with (
        served("local", settings) as client,
        elsewhere(settings, tmp_path, max_snapshot_bytes=50, max_body_bytes=2000) as there,
    ):
        here = Api(client)
        file = here.get(f"{begun(here)}/snapshot/").content
        assert refused(sent(there, file), "snapshot-too-large")
        assert refused(sent(there, file + bytes(3000)), "snapshot-too-large")
    with elsewhere(settings, tmp_path, max_envs=1) as there:
        arrived(there, file)
        assert sent(there, file).status == 429


def test_a_file_longer_than_other_bodies_may_be_is_taken(settings: Settings, tmp_path: Path) -> None:
    with (
        served("local", settings) as client,
        elsewhere(settings, tmp_path, max_body_bytes=300) as there,
    ):
        here = Api(client)
        instance = begun(here)
        file = here.get(f"{instance}/snapshot/").content
        assert len(file) > 300
        assert played(there, arrived(there, file)) == played(here, instance)


def test_lambda_tells_of_a_file_that_it_cannot_return(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.protocol.lambda_limits.LARGEST_REPLY", 17_000)
    with served("lambda", settings) as client:
        api = Api(client)
        reply = api.get(f"{begun(api)}/snapshot/")
        assert (reply.status, reply.headers["content-type"]) == (413, "application/problem+json")
        assert "functions.transfer" in reply.json["detail"]
