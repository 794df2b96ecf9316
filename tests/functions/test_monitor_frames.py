"""Watching many environments at once: what changed, with its picture, in one reply."""

import http.client
import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from functions import monitor_frames
from shared.session.monitor.burst import Burst
from shared.settings import Settings
from tests.applications import Api, Reply, served
from tests.feed_parts import Part, parts_from
from tests.servers import Server, uvicorn

NOWHERE = "00000000-0000-4000-8000-000000000000"


def id_of(instance: str) -> str:
    return instance.rpartition("/")[2]


def seen(api: Api, *ids: str, since: str = "", rest: str = "") -> tuple[dict[str, Part], str]:
    """What a reply that ends tells of each instance, and its cursor."""
    reply = api.get(f"/v1/monitor/frames/?ids={','.join(ids)}&since={since}{rest}")
    assert reply.status == 200, reply.content
    assert reply.headers["content-type"] == "application/vnd.gymnasium.parts"
    *parts, last = parts_from(io.BytesIO(reply.content).read)
    return {part.told["instance_id"]: part for part in parts}, last.told["cursor"]


def size_of(part: Part) -> tuple[int, int]:
    return Image.open(io.BytesIO(part.picture)).size


def test_a_reply_has_each_record_with_a_thumbnail(api: Api) -> None:
    cart = api.create("CartPole-v1", render_mode="rgb_array")
    lake = api.create("FrozenLake-v1", render_mode="ansi")
    blind = api.create("CartPole-v1")
    for instance in (cart, lake):
        api.post(f"{instance}/reset/", {"seed": 1})
    api.post(f"{cart}/step/", {"action": 1})
    parts, _ = seen(api, *map(id_of, (cart, lake, blind)), NOWHERE, "nothing")
    record = api.get(cart).json
    told = parts[id_of(cart)].told
    assert (told["content_type"], told["trouble"]) == ("image/jpeg", None)
    assert {key: record[key] for key in told if key in record} == {
        key: value for key, value in told.items() if key not in ("content_type", "trouble")
    }
    assert (told["env_id"], told["episode"], told["steps"], told["episode_return"]) == ("CartPole-v1", 1, 1, 1.0)
    assert size_of(parts[id_of(cart)]) == (160, 107)
    assert parts[id_of(lake)].told["content_type"] == "text/plain"
    assert b"FHFH" in parts[id_of(lake)].picture
    assert (parts[id_of(blind)].told["content_type"], parts[id_of(blind)].picture) == (None, b"")
    assert parts[NOWHERE].told == {"instance_id": NOWHERE, "gone": True}
    assert parts["nothing"].told == {"instance_id": "nothing", "gone": True}


def test_after_a_cursor_only_what_changed_is_told(api: Api) -> None:
    one, other = (api.create("CartPole-v1", render_mode="rgb_array") for _ in range(2))
    ids = id_of(one), id_of(other)
    first, cursor = seen(api, *ids)
    assert first[ids[0]].told["episode"] == 0, "it is told of before its first reset, without a picture"
    assert first[ids[0]].picture == b""
    api.post(f"{one}/reset/", {"seed": 1})
    second, cursor = seen(api, *ids, since=cursor)
    assert second.keys() == {ids[0]}
    assert size_of(second[ids[0]])[0] == 160
    assert seen(api, *ids, since=cursor)[0] == {}
    api.delete(other)
    assert seen(api, *ids, since=cursor)[0][ids[1]].told["gone"] is True


def test_watching_changes_nothing(api: Api) -> None:
    instance = api.create("CartPole-v1", render_mode="rgb_array")
    api.post(f"{instance}/reset/", {"seed": 1})
    before = api.get(instance)
    for _ in range(2):
        assert seen(api, id_of(instance))[0][id_of(instance)].picture
    assert api.get(instance).content == before.content


def test_a_picture_is_as_wide_as_was_asked_and_never_wider_than_it_is(local: Api) -> None:
    instance = local.create("CartPole-v1", render_mode="rgb_array")
    local.post(f"{instance}/reset/")
    widths = {
        width: size_of(seen(local, id_of(instance), rest=f"&width={width}")[0][id_of(instance)])[0]
        for width in (16, 300, 1280)
    }
    assert widths == {16: 16, 300: 300, 1280: 600}
    assert seen(local, id_of(instance), rest="&width=0")[0][id_of(instance)].picture == b""


def test_a_vector_environments_pictures_are_set_side_by_side(local: Api) -> None:
    instance = local.create("CartPole-v1", render_mode="rgb_array", num_envs=3)
    local.post(f"{instance}/reset/")
    assert size_of(seen(local, id_of(instance), rest="&width=1280")[0][id_of(instance)]) == (1200, 800)


def test_what_cannot_be_drawn_says_why(settings: Settings) -> None:
    small = Settings(store=settings.store, max_frame_pixels=100)
    with served("local", small) as client:
        local = Api(client)
        instance = local.create("CartPole-v1", render_mode="rgb_array")
        local.post(f"{instance}/reset/")
        part = seen(local, id_of(instance))[0][id_of(instance)]
    assert "GYM_HTTP_MAX_FRAME_PIXELS" in part.told["trouble"]
    assert part.told["episode"] == 1


def test_what_did_not_fit_into_a_reply_comes_with_the_next(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor_frames, "BURST", Burst(seconds=60, size=1))
    ids = [id_of(local.create("CartPole-v1")) for _ in range(3)]
    told, cursor = list[str](), ""
    for _ in ids:
        parts, cursor = seen(local, *ids, since=cursor)
        told += parts
    assert sorted(told) == sorted(ids)
    assert seen(local, *ids, since=cursor)[0] == {}


def test_a_query_that_cannot_be_answered_is_422_in_a_sentence(api: Api) -> None:
    too_many = ",".join(map(str, range(201)))
    wrong = {
        "ids=": "ids names 0",
        f"ids={too_many}": "ids names 201",
        f"ids={NOWHERE}&width=15": "width is '15'",
        f"ids={NOWHERE}&width=1281": "width is '1281'",
        f"ids={NOWHERE}&width=wide": "width is 'wide'",
        f"ids={NOWHERE}&since=yesterday": "since is not a cursor",
    }
    for query, words in wrong.items():
        reply = api.get(f"/v1/monitor/frames/?{query}")
        assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:invalid-value")
        assert reply.json["detail"].startswith(words)


def test_an_owner_sees_none_of_anothers(settings: Settings) -> None:
    keyed = Settings(store=settings.store, api_keys=(("ann", "a-secret"), ("bob", "b-secret")))
    with served("local", keyed) as client:
        api = Api(client)
        anns = {"authorization": "Bearer a-secret"}
        instance = api.post("/v1/envs/", {"env_id": "CartPole-v1"}, **anns).json["instance_id"]
        path = f"/v1/monitor/frames/?since=&ids={instance}"

        def told(reply: Reply) -> list[Part]:
            return list(parts_from(io.BytesIO(reply.content).read))

        assert told(api.get(path, **anns))[0].told["env_id"] == "CartPole-v1"
        assert told(api.get(path, authorization="Bearer b-secret"))[0].told["gone"] is True
        assert api.get(path).status == 401


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("store")
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db") as running:
        yield running


@contextmanager
def stream(server: Server, *ids: str, known: str = "") -> Iterator[Iterator[Part]]:
    """The parts of an endless reply about instances, without those that only tell the time."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    with closing(connection):
        connection.request("GET", f"/v1/monitor/frames/?ids={','.join(ids)}&known={known}")
        reply = connection.getresponse()
        yield (part for part in parts_from(reply.read) if "instance_id" in part.told)


def test_a_server_that_has_just_started_draws_kinds_of_all_sorts_at_once(tmp_path: Path) -> None:
    """Each imports as it is first made and drawn, and several threads do that."""
    store = f"sqlite:///{tmp_path}/snapshots.db"
    kinds = ("MountainCar-v0", "CartPole-v1", "Pendulum-v1", "CartPole-v1", "FrozenLake-v1", "Acrobot-v1")
    with uvicorn(GYM_HTTP_STORE=store) as first:
        api = Api(first)
        ids = [id_of(api.create(env_id, render_mode="rgb_array")) for env_id in kinds]
        for each in ids:
            api.post(f"/v1/envs/{each}/reset/", {"seed": 1})
    with uvicorn(GYM_HTTP_STORE=store) as second:
        parts, _ = seen(Api(second), *ids)
        assert [parts[each].told["trouble"] for each in ids] == [None] * len(ids)
        assert all(part.picture for part in parts.values())


def test_a_stream_goes_on_with_every_change(server: Server) -> None:
    api = Api(server)
    one, other = (api.create("CartPole-v1", render_mode="rgb_array") for _ in range(2))
    ids = id_of(one), id_of(other)
    for instance in (one, other):
        api.post(f"{instance}/reset/", {"seed": 1})
    with stream(server, *ids, NOWHERE) as parts:
        first = [next(parts) for _ in range(3)]
        assert first[0].told == {"instance_id": NOWHERE, "gone": True} or first[2].told.get("gone")
        assert {part.told["instance_id"] for part in first} == {*ids, NOWHERE}
        api.post(f"{one}/step/", {"action": 1})
        stepped = next(parts)
        assert (stepped.told["instance_id"], stepped.told["steps"]) == (ids[0], 1)
        assert stepped.picture not in {part.picture for part in first}
        api.delete(other)
        assert next(parts).told == {"instance_id": ids[1], "gone": True}


def test_a_stream_leaves_out_what_is_known(server: Server) -> None:
    api = Api(server)
    one, other = (id_of(api.create("CartPole-v1", render_mode="rgb_array")) for _ in range(2))
    with stream(server, one, other, known=seen(api, one)[1]) as parts:
        assert next(parts).told["instance_id"] == other
        api.post(f"/v1/envs/{one}/reset/")
        assert next(parts).told["instance_id"] == one


def test_a_busy_instance_does_not_hide_the_others(server: Server) -> None:
    api = Api(server)
    busy, quiet = (api.create("CartPole-v1", render_mode="rgb_array") for _ in range(2))
    for instance in (busy, quiet):
        api.post(f"{instance}/reset/", {"seed": 1})
    with stream(server, id_of(busy), id_of(quiet)) as parts:
        for _ in range(2):
            next(parts)
        api.post(f"{quiet}/step/", {"action": 1})
        for _ in range(30):
            api.post(f"{busy}/rollout/", {"policy": "random", "steps": 5, "on_end": "reset"})
        told = list[str]()
        while id_of(quiet) not in told:
            told.append(next(parts).told["instance_id"])
            assert len(told) < 40
