"""What was recorded is had again type by type, and gone back to."""

from pathlib import Path
from typing import Any

import gymnasium_http
import pytest
from gymnasium_http import Connection, HTTPEnv, errors
from sameness import same


def made(connection: Connection) -> HTTPEnv:
    env = gymnasium_http.make("CartPole-v1", connection=connection)
    assert isinstance(env, HTTPEnv)
    return env


def test_a_place_returns_what_the_step_did(connection: Connection) -> None:
    with made(connection) as env:
        with pytest.raises(errors.NotRecorded, match="recording"):
            env.at(1)
        env.recording()
        env.reset(seed=1)
        steps = [env.step(action) for action in (0, 1, 0)]
        for revision, (observation, reward, terminated, truncated, info) in enumerate(steps, start=3):
            at = env.at(revision)
            assert same(at["observation"], observation)
            assert (at["reward"], at["terminated"], at["truncated"], at["info"]) == (
                reward,
                terminated,
                truncated,
                info,
            )
        assert env.verify() == 4
        with pytest.raises(errors.RevisionNotFound):
            env.at(99)


def test_the_recorded_calls_are_listed_page_by_page(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made(connection) as env:
        with pytest.raises(errors.NotRecorded):
            next(env.history())
        env.recording()
        env.reset(seed=1)
        env.step(0)
        env.rollout([1, 0])
        rows = list(env.history())
        assert [row["call"] for row in rows] == ["reset", "step", "step", "step"]
        assert [row["action"] for row in rows] == [None, 0, 1, 0]
        assert [row["reward"] for row in rows[1:]] == [1.0, 1.0, 1.0]
        assert list(env.history(after="4.0")) == rows[3:]
        asked: list[str] = []
        whole = connection.ask

        def by_two(method: str, path: str, *rest: Any, **more: Any) -> Any:
            asked.append(path.rpartition("/")[2])
            return whole(method, f"{path}{'&' if '?' in path else '?'}limit=2", *rest, **more)

        monkeypatch.setattr(connection, "ask", by_two)
        assert list(env.history()) == rows
        assert asked == ["", "?after=3"]
        monkeypatch.undo()


def test_the_past_is_gone_back_to_and_branched_from(connection: Connection) -> None:
    with made(connection) as env:
        env.recording()
        env.reset(seed=1)
        env.step(0)
        first = env.step(1)
        env.step(1)
        [fork] = env.fork(revision=3)
        assert same(fork.step(1), first)
        fork.close()
        env.restore(revision=3)
        assert same(env.step(1), first)
        env.recording(False)


def test_episodes_are_told_and_had_again(connection: Connection) -> None:
    with made(connection) as env:
        env.recording(name="two episodes")
        first, _ = env.reset(seed=1)
        steps = [env.step(action) for action in (0, 1, 0)]
        env.reset(seed=2)
        told, other = env.episodes()
        assert (told["seed"], told["steps"], told["end"], other["end"]) == (1, 3, "reset", None)
        found = env.episode(1, infos=True)
        assert same(found["observations"][0], first)
        assert all(same(row, step[0]) for row, step in zip(found["observations"][1:], steps, strict=True))
        assert len(found["infos"]) == 4
        assert env.episode(1, begin=1, end=2)["actions"].tolist() == [1]
        with pytest.raises(errors.EpisodeNotFound):
            env.episode(3)
        [fork] = env.fork()
        assert [each["instance_id"] for each in env.lineage()["descendants"]] == [fork.instance_id]
        fork.close()
        instance_id = env.instance_id
    [named] = [each for each in gymnasium_http.recordings(connection=connection) if each["name"] == "two episodes"]
    assert (named["instance_id"], named["closed"]) == (instance_id, True)
    closed = gymnasium_http.Recorded(connection, instance_id)
    assert same(closed.episode(1)["observations"], found["observations"])


def test_an_episode_is_filmed_into_a_file(connection: Connection, tmp_path: Path) -> None:
    with made(connection) as env:
        env.recording()
        env.reset(seed=1)
        env.step(1)
        film = env.video(1, tmp_path / "film.webp", width=60)
        assert (tmp_path / "film.webp").read_bytes() == film
        assert (film[:4], film[8:12]) == (b"RIFF", b"WEBP")
        assert env.frame(3).shape == (400, 600, 3)


def test_a_bar_tells_how_many_calls_are_verified(connection: Connection, bars: list[Any]) -> None:
    with made(connection) as env:
        env.recording()
        env.reset(seed=1)
        env.step(0)
        assert env.verify(progress=True) == 2
    assert bars == [{"total": None, "unit": "call", "disable": False}, 2, "closed"]
