"""Many environments in one picture, with what is in which cell."""

import io
import re

import pytest
from PIL import Image

from functions import monitor_sheet
from shared.session.monitor.stream import Burst
from shared.settings import Settings
from tests.applications import Api, Reply, served

NOWHERE = "00000000-0000-4000-8000-000000000000"


def id_of(instance: str) -> str:
    return instance.rpartition("/")[2]


def made(api: Api, env_id: str = "CartPole-v1", render_mode: str | None = "rgb_array", reset: bool = True) -> str:
    instance = api.create(env_id, render_mode=render_mode)
    if reset:
        assert api.post(f"{instance}/reset/", {"seed": 1}).status == 200
    return instance


def sheet(api: Api, *ids: str, rest: str = "", **headers: str) -> Reply:
    reply = api.get(f"/v1/monitor/sheet/?ids={','.join(ids)}{rest}", **headers)
    assert reply.status in (200, 304), reply.content
    return reply


def layout(reply: Reply) -> dict[str, int | list[int]]:
    """The header's dictionary, as far as it is used here."""
    told = dict(re.findall(r"(\w+)=(\d+|\([\d ]*\))", reply.headers["sheet"]))
    return {
        name: int(value) if value.isdigit() else [int(each) for each in value[1:-1].split()]
        for name, value in told.items()
    }


def cells(reply: Reply) -> list[Image.Image]:
    """The sheet cut into its cells."""
    picture, told = Image.open(io.BytesIO(reply.content)), layout(reply)
    columns, rows, width, height = (int(str(told[name])) for name in ("columns", "rows", "width", "height"))
    assert (picture.format, picture.size) == ("JPEG", (columns * width, rows * height))
    return [
        picture.crop((x * width, y * height, (x + 1) * width, (y + 1) * height))
        for y in range(rows)
        for x in range(columns)
    ]


def is_blank(cell: Image.Image) -> bool:
    return max(high for _, high in cell.convert("RGB").getextrema()) < 16  # type: ignore[misc]


def test_each_has_a_cell_in_the_order_of_the_ids_and_the_header_tells_what_is_blank(api: Api) -> None:
    cart, blind, car = made(api), made(api, render_mode=None), made(api, "MountainCar-v0")
    lake, waiting = made(api, "FrozenLake-v1", "ansi"), made(api, reset=False)
    reply = sheet(api, *map(id_of, (car, blind, cart, lake)), NOWHERE, id_of(waiting), "nothing", id_of(car))
    assert reply.headers["content-type"] == "image/jpeg"
    assert layout(reply) == {
        "columns": 3,
        "rows": 3,
        "width": 160,
        "height": 112,
        "gone": [4, 6],
        "blank": [1, 3, 5],
        "late": [],
    }
    found = cells(reply)
    assert [number for number, cell in enumerate(found) if not is_blank(cell)] == [0, 2]
    alone = cells(sheet(api, id_of(cart)))[0]
    assert alone.tobytes() == found[2].tobytes(), "a cell does not reach into another"
    assert alone.tobytes() != found[0].tobytes()


def test_what_changed_is_drawn_anew_and_what_did_not_is_304(api: Api) -> None:
    one, other = made(api), made(api)
    ids = id_of(one), id_of(other)
    first = sheet(api, *ids)
    again = sheet(api, *ids, **{"if-none-match": first.headers["etag"]})
    assert (again.status, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["sheet"] == first.headers["sheet"]
    for _ in range(10):
        api.post(f"{other}/step/", {"action": 1})
    second = sheet(api, *ids, **{"if-none-match": first.headers["etag"]})
    assert second.status == 200
    before, after = cells(first), cells(second)
    assert before[0].tobytes() == after[0].tobytes()
    assert before[1].tobytes() != after[1].tobytes()
    api.delete(other)
    third = sheet(api, *ids, **{"if-none-match": second.headers["etag"]})
    assert (third.status, layout(third)["gone"]) == (200, [1])


def test_watching_changes_nothing(api: Api) -> None:
    instance = made(api)
    before = api.get(instance)
    sheet(api, id_of(instance))
    assert api.get(instance).content == before.content


def test_what_there_is_no_time_to_draw_is_late_as_it_was_before_and_comes_first_the_next_time(
    local: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.session.monitor.feed.AT_ONCE", 1)
    ids = [id_of(made(local)) for _ in range(3)]
    first = sheet(local, *ids)
    monkeypatch.setattr(monitor_sheet, "BURST", Burst(seconds=0, size=1))
    drawn = list[int]()
    for _ in ids:
        for each in ids:
            local.post(f"/v1/envs/{each}/step/", {"action": 1})
        reply = sheet(local, *ids)
        late = layout(reply)["late"]
        assert isinstance(late, list)
        assert "etag" not in reply.headers
        assert not any(map(is_blank, cells(reply)[:3]))
        drawn += {0, 1, 2} - {*late}
    assert sorted(drawn) == [0, 1, 2]
    assert cells(sheet(local, *ids))[0].tobytes() != cells(first)[0].tobytes()


def test_cells_are_as_wide_as_was_asked_and_a_sheet_is_no_larger_than_a_frame_may_be(local: Api) -> None:
    instance = id_of(made(local, "Pendulum-v1"))
    reply = sheet(local, instance, rest="&width=1280")
    assert (layout(reply)["width"], layout(reply)["height"]) == (1280, 856)
    many = ",".join([instance, *map(str, range(199))])
    assert local.get(f"/v1/monitor/sheet/?ids={many}&width=160").status == 200
    refused = local.get(f"/v1/monitor/sheet/?ids={many}&width=320")
    assert (refused.status, "GYM_HTTP_MAX_FRAME_PIXELS" in refused.json["detail"]) == (422, True)


def test_a_query_that_cannot_be_answered_is_422_in_a_sentence(api: Api) -> None:
    too_many = ",".join(map(str, range(201)))
    wrong = {
        "ids=": "ids names 0",
        f"ids={too_many}": "ids names 201",
        f"ids={NOWHERE}&width=0": "width is '0'",
        f"ids={NOWHERE}&width=1281": "width is '1281'",
    }
    for query, words in wrong.items():
        reply = api.get(f"/v1/monitor/sheet/?{query}")
        assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:invalid-value")
        assert reply.json["detail"].startswith(words)


def test_an_owner_sees_none_of_anothers(settings: Settings) -> None:
    keyed = Settings(store=settings.store, api_keys=(("ann", "a-secret"), ("bob", "b-secret")))
    with served("local", keyed) as client:
        api = Api(client)
        anns = {"authorization": "Bearer a-secret"}
        body = {"env_id": "CartPole-v1", "render_mode": "rgb_array"}
        instance = api.post("/v1/envs/", body, **anns).json["instance_id"]
        api.post(f"/v1/envs/{instance}/reset/", **anns)
        assert layout(sheet(api, instance, **anns))["gone"] == []
        bobs = sheet(api, instance, authorization="Bearer b-secret")
        assert layout(bobs)["gone"] == [0]
        assert is_blank(cells(bobs)[0])
        assert api.get(f"/v1/monitor/sheet/?ids={instance}").status == 401
