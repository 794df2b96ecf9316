"""What exists on a server is listed whole, in however many pages it comes."""

from collections.abc import Callable

import gymnasium_http
import httpx
import pytest
from faults import Faulty
from gymnasium_http import Connection, NotFound


def test_what_is_made_is_listed_until_it_is_closed(connection: Connection) -> None:
    env = gymnasium_http.make("CartPole-v1", connection=connection)
    assert isinstance(env, gymnasium_http.HTTPEnv)
    instance_id = env.instance_id
    assert gymnasium_http.instances(connection=connection)[instance_id] == "CartPole-v1"
    env.close()
    assert instance_id not in gymnasium_http.instances(connection=connection)


def test_a_real_servers_pages_join_to_all_that_there_are(url: str) -> None:
    asked: list[str] = []

    def one_at_a_time(request: httpx.Request, send: Callable[[], httpx.Response]) -> httpx.Response:
        asked.append(request.url.query.decode())
        request.url = request.url.copy_set_param("limit", "1")
        return send()

    with gymnasium_http.make_vec("CartPole-v1", num_envs=3, url=url), gymnasium_http.make("Acrobot-v1", url=url):
        whole = Connection(url).call("GET", "/v1/envs/")
        paged = Connection(url, transport=lambda: Faulty(one_at_a_time))
        assert gymnasium_http.instances(connection=paged) == whole
    assert len(asked) >= len(whole)


def test_the_next_page_is_asked_of_this_server_whatever_the_link_says(url: str) -> None:
    asked: list[httpx.URL] = []

    def answered(request: httpx.Request, send: object) -> httpx.Response:
        asked.append(request.url)
        link = {"Link": '<https://elsewhere.example/v1/envs/?cursor=x%2Fy>; rel="next"'} if len(asked) == 1 else {}
        return httpx.Response(200, json={str(len(asked)): "CartPole-v1"}, headers=link)

    found = gymnasium_http.instances(connection=Connection(url, transport=lambda: Faulty(answered)))
    assert found == {"1": "CartPole-v1", "2": "CartPole-v1"}
    assert [str(each) for each in asked] == [f"{url}/v1/envs/?limit=1000", f"{url}/v1/envs/?cursor=x%2Fy"]


def test_a_page_that_is_no_reply_of_the_server_is_an_error(url: str) -> None:
    def lost(request: httpx.Request, send: object) -> httpx.Response:
        return httpx.Response(404, json={"detail": "Not Found"})

    with pytest.raises(NotFound):
        gymnasium_http.instances(connection=Connection(url, transport=lambda: Faulty(lost)))
