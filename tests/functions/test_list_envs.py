"""A list comes whole or in pages, which have every environment once whatever their length."""

import dataclasses
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.session.inventory import listing
from shared.settings import Settings
from tests.applications import Api, Reply, served
from tests.functions.test_teachers import ANN, BOB, KEYS, TEACHER, made


def next_of(reply: Reply) -> str | None:
    """The query of the next page."""
    link = reply.headers.get("link")
    return None if link is None else re.fullmatch(r'<(\?[!-~]*)>; rel="next"', link)[1]  # type: ignore[index]


def paged(api: Api, query: str, **headers: str) -> list[dict[str, str]]:
    pages, asked = [], f"?{query}"
    while asked:
        reply = api.get(f"/v1/envs/{asked}", **headers)
        assert reply.status == 200, reply.content
        pages.append(reply.json)
        asked = next_of(reply) or ""
    return pages


def joined(pages: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [item for page in pages for item in page.items()]


def test_pages_have_what_the_whole_list_has(api: Api) -> None:
    fork = f"{api.create()}/fork/"
    assert api.post(fork, {"count": 6}).status == 200
    whole = api.get("/v1/envs/")
    assert (len(whole.json), next_of(whole)) == (7, None)
    for limit in (1, 3, 7, 1000):
        pages = paged(api, f"limit={limit}")
        assert joined(pages) == list(whole.json.items())
        assert max(map(len, pages)) == min(limit, 7)


@pytest.mark.parametrize("encoding", ["application/json", "application/msgpack"])
def test_a_page_is_told_its_next_in_every_encoding(encoding: str, local: Api) -> None:
    local.post(f"{local.create()}/fork/", {"count": 2})
    assert next_of(local.get("/v1/envs/?limit=1", accept=encoding)) is not None


def test_other_parameters_go_along_to_the_next_page(local: Api) -> None:
    local.post(f"{local.create()}/fork/", {"count": 2})
    following = next_of(local.get("/v1/envs/?owners=all&limit=1"))
    assert following is not None
    assert {name: values[0] for name, values in parse_qs(urlsplit(following).query).items()}.keys() == {
        "owners",
        "limit",
        "cursor",
    }


def test_without_pages_too_many_are_refused_with_what_to_do(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    local.post(f"{local.create()}/fork/", {"count": 5})
    monkeypatch.setattr(listing, "MOST_AT_ONCE", 5)
    refused = local.get("/v1/envs/")
    assert (refused.status, refused.json["type"]) == (422, "urn:gym-http:problem:invalid-value")
    assert "send ?limit=1000" in refused.json["detail"]
    assert len(joined(paged(local, "limit=1000"))) == 6


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "1e3", "", "1.0", "٣", "9" * 5000, "NaN", "1 ", "+1"])
def test_a_limit_that_is_no_number_of_a_page_is_422(limit: str, local: Api) -> None:
    refused = local.get(f"/v1/envs/?limit={limit.replace('+', '%2B').encode().decode('latin-1')}")
    assert (refused.status, refused.json["type"]) == (422, "urn:gym-http:problem:invalid-value")
    assert "from 1 to 1000" in refused.json["detail"]
    assert len(refused.json["detail"]) < 200


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "%00",
        "%FF",
        "=" * 40,
        "A" * 10_000,
        "cHVibGlj",  # "public"
        "cHVibGljLw",  # "public/"
        "cHVibGljLy4uLy4u",  # "public/../.."
        "c3RhdGUvcHVibGljLzAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA",  # "state/public/0000..."
        "cHVibGljLzAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMAo",  # "public/0000...\n"
    ],
)
def test_a_cursor_that_comes_from_no_list_is_422(cursor: str, local: Api) -> None:
    refused = local.get(f"/v1/envs/?cursor={cursor}")
    assert (refused.status, refused.json["type"]) == (422, "urn:gym-http:problem:invalid-value")
    assert "leave it out for the first page" in refused.json["detail"]
    assert len(refused.content) < 1000


def test_a_teachers_pages_go_from_owner_to_owner_and_others_stay_in_their_own(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, api_keys=KEYS, teachers=("teacher",))) as client:
        api = Api(client)
        for key in (TEACHER, ANN, BOB):
            for _ in range(2):
                made(api, key)
        whole = api.get("/v1/envs/?owners=all", **TEACHER).json
        for limit in (1, 3, 6):
            assert joined(paged(api, f"owners=all&limit={limit}", **TEACHER)) == list(whole.items())
        first = api.get("/v1/envs/?owners=all&limit=3", **TEACHER)
        stolen = api.get(f"/v1/envs/{next_of(first)}", **BOB)
        assert (stolen.status, "cursor" in stolen.json["detail"]) == (422, True)
        assert json.dumps(api.get("/v1/envs/?owners=all&limit=9", **BOB).json).count("CartPole") == 2


def test_the_legacy_dialect_lists_across_pages(local: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.legacy.instances.MOST_IN_PAGE", 2)
    local.post(f"{local.create()}/fork/", {"count": 3})
    names = {local.post("/legacy/v1/envs/", {"env_id": "CartPole-v1"}).json["instance_id"] for _ in range(5)}
    assert set(local.get("/legacy/v1/envs/").json["all_envs"]) == names
    monkeypatch.setattr("shared.legacy.instances.MOST_AT_ONCE", 4)
    refused = local.get("/legacy/v1/envs/")
    assert (refused.status, "through /v1/envs/" in refused.json["message"]) == (400, True)
