"""A snapshot is a file that an environment goes on from, and no other file is taken."""

import gymnasium_http
import httpx
import pytest
from gymnasium_http import (
    CheckpointNotFound,
    Connection,
    HTTPEnv,
    HTTPVectorEnv,
    InvalidSnapshot,
    RevisionNotFound,
    VersionMismatch,
    from_snapshot,
)
from sameness import same


def test_an_environment_of_a_snapshot_goes_on_as_the_first_would(connection: Connection, url: str) -> None:
    env = gymnasium_http.make("Taxi-v4", connection=connection, seed=3)
    assert isinstance(env, HTTPEnv)
    env.reset()
    before, kept = env.snapshot(), env.checkpoint()
    first = env.step(1)
    assert same(from_snapshot(before, url=url).step(1), first)
    assert same(from_snapshot(env.snapshot(kept), connection=connection).step(1), first)
    assert same(from_snapshot(env.snapshot(), connection=connection).step(0), env.step(0))
    with pytest.raises(CheckpointNotFound):
        env.snapshot("none")


def test_a_snapshot_is_had_of_a_recorded_revision(connection: Connection) -> None:
    env = gymnasium_http.make("Taxi-v4", connection=connection, seed=3)
    assert isinstance(env, HTTPEnv)
    env.recording()
    env.reset()
    then = env.record()["revision"]
    first = env.step(1)
    assert same(from_snapshot(env.snapshot(revision=then), connection=connection).step(1), first)
    with pytest.raises(RevisionNotFound):
        env.snapshot(revision="9.9")


def test_a_vector_travels_as_a_vector(connection: Connection) -> None:
    env = gymnasium_http.make_vec("CartPole-v1", 2, connection=connection)
    env.reset(seed=1)
    twin = from_snapshot(env.snapshot(), connection=connection)
    assert isinstance(twin, HTTPVectorEnv)
    assert same(twin.step([0, 1]), env.step([0, 1]))


def test_a_file_that_is_no_snapshot_is_refused_with_its_reason(connection: Connection) -> None:
    with pytest.raises(InvalidSnapshot) as refused:
        from_snapshot(b"not a snapshot", connection=connection)
    assert refused.value.problem["reason"] == "damaged"


def test_a_server_without_snapshots_is_told_by_its_reply() -> None:
    def page() -> httpx.MockTransport:
        return httpx.MockTransport(lambda request: httpx.Response(200, html="<p>welcome"))

    with pytest.raises(VersionMismatch):
        Connection("http://localhost:1", transport=page).download("/v1/envs/1/snapshot/")
