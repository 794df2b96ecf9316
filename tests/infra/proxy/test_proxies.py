"""Both proxies send all calls on one instance to one server, and no call that may have been applied twice."""

import http.client
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions import local
from tests.infra.proxy.proxies import HAPROXY, haproxy_program, serving
from tests.infra.proxy.upstream import Asked, Upstream, upstreams

INSTANCES = [str(uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)) for number in range(1, 25)]
"""As far apart as drawn ids are, and the same at every run."""


@dataclass
class Before:
    """A proxy before three servers."""

    address: str
    servers: list[Upstream]
    asked: list[Asked]

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> int:
        with closing(http.client.HTTPConnection(self.address, timeout=30)) as connection:
            return send(connection, method, path, headers)

    def server_of(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> str:
        """The server that gets the call."""
        assert self.call(method, path, headers) == 200
        return self.asked[-1].server


def send(
    connection: http.client.HTTPConnection, method: str, path: str, headers: Mapping[str, str] | None = None
) -> int:
    """The status of the reply."""
    connection.putrequest(method, path)
    for name, value in {"Content-Length": "0", **(headers or {})}.items():
        connection.putheader(name, value)
    connection.endheaders()
    reply = connection.getresponse()
    reply.read()
    return reply.status


@pytest.fixture(params=["nginx", "haproxy"], scope="module")
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    with upstreams(3) as (servers, asked):
        folder = tmp_path_factory.mktemp(request.param)
        with serving(request.param, folder, [each.address for each in servers]) as address:
            yield Before(address, servers, asked)


def test_every_call_on_an_instance_goes_to_its_server(proxy: Before) -> None:
    paths = [
        (endpoint.method, endpoint.path)
        for module in local.MODULES
        for endpoint in module.router.endpoints
        if "/envs/{instance_id}" in endpoint.path
    ]
    assert len(paths) > 20
    found = set()
    for instance in INSTANCES[:4]:
        paths_of = [(method, path.replace("{instance_id}", instance)) for method, path in paths]
        servers = {proxy.server_of(method, path) for method, path in paths_of}
        assert len(servers) == 1
        found |= {proxy.server_of("GET", f"/v1/envs/{instance}")} - servers
    assert found == set()


def test_instances_are_spread_over_all_servers(proxy: Before) -> None:
    of = [proxy.server_of("POST", f"/v1/envs/{instance}/step/") for instance in INSTANCES]
    assert all(of.count(server.address) >= 3 for server in proxy.servers)


def test_a_call_without_an_instance_goes_where_the_one_is_that_it_names(proxy: Before) -> None:
    for instance in INSTANCES:
        batch = proxy.server_of("POST", "/v1/batch/step/", {"X-Instance": instance})
        assert batch == proxy.server_of("POST", f"/v1/envs/{instance}/step/")


def test_what_a_client_names_does_not_move_a_call_whose_path_names_an_instance(proxy: Before) -> None:
    ours = proxy.server_of("POST", f"/v1/envs/{INSTANCES[0]}/step/")
    for other in INSTANCES[1:6]:
        assert proxy.server_of("POST", f"/v1/envs/{INSTANCES[0]}/step/", {"X-Instance": other}) == ours
        assert proxy.asked[-1].headers.get_all("X-Instance") == [INSTANCES[0]]


def test_a_creation_is_repeated_at_the_same_server_and_others_are_spread(proxy: Before) -> None:
    for key in ("a", "b", "c"):
        assert len({proxy.server_of("POST", "/v1/envs/", {"Idempotency-Key": key}) for _ in range(3)}) == 1
        assert proxy.asked[-1].headers["X-Instance"] == key
    assert len({proxy.server_of("POST", "/v1/envs/") for _ in range(40)}) == 3
    # No instance's id, so that no environment stays live where its calls do not come.
    assert proxy.asked[-1].headers["X-Instance"]


def test_a_path_cannot_add_a_header(proxy: Before) -> None:
    proxy.call("GET", f"/v1/envs/{INSTANCES[0]}%0d%0aX-Evil:%201/")
    proxy.call("GET", "/v1/envs/%0aX-Evil:%201/")
    for asked in proxy.asked[-2:]:
        assert asked.headers["X-Evil"] is None
        assert "Evil" not in (asked.headers["X-Instance"] or "")


def test_a_post_whose_reply_is_lost_is_not_sent_again(proxy: Before) -> None:
    before = len(proxy.asked)
    for _ in range(3):
        assert proxy.call("POST", f"/v1/envs/{INSTANCES[0]}/hang-up/") == 502
    assert [each.path for each in proxy.asked[before:]].count(f"/v1/envs/{INSTANCES[0]}/hang-up/") == 3


def test_one_clients_lost_replies_leave_the_servers_to_all_others(proxy: Before) -> None:
    for instance in INSTANCES:
        proxy.call("POST", f"/v1/envs/{instance}/hang-up/")
    before = {instance: proxy.server_of("POST", f"/v1/envs/{instance}/step/") for instance in INSTANCES}
    assert len({*before.values()}) == 3


def test_connections_to_the_servers_are_kept(proxy: Before) -> None:
    before = len(proxy.asked)
    with closing(http.client.HTTPConnection(proxy.address, timeout=30)) as connection:
        for _ in range(10):
            assert send(connection, "POST", f"/v1/envs/{INSTANCES[1]}/step/") == 200
    # HAProxy gives a new client's first call, which cannot be repeated, a new connection.
    assert len({each.connection for each in proxy.asked[before:]}) <= 2


def test_the_server_learns_what_name_it_was_called_by(proxy: Before) -> None:
    proxy.call("POST", f"/v1/envs/{INSTANCES[1]}/step/")
    assert proxy.asked[-1].headers["Host"] == proxy.address
    assert proxy.asked[-1].headers["X-Forwarded-For"] == "127.0.0.1"
    assert proxy.asked[-1].headers["X-Forwarded-Proto"] == "http"


@pytest.mark.parametrize("name", ["nginx", "haproxy"])
def test_where_a_server_is_away_only_its_instances_move_and_no_client_notices(tmp_path: Path, name: str) -> None:
    with upstreams(3) as (servers, asked), serving(name, tmp_path, [each.address for each in servers]) as address:
        proxy = Before(address, servers, asked)
        before = {instance: proxy.server_of("POST", f"/v1/envs/{instance}/step/") for instance in INSTANCES}
        servers[0].end()
        after = {instance: proxy.server_of("POST", f"/v1/envs/{instance}/step/") for instance in INSTANCES}
    moved = {instance for instance in INSTANCES if before[instance] != after[instance]}
    assert moved == {instance for instance in INSTANCES if before[instance] == servers[0].address}


def test_haproxys_own_check_finds_nothing_to_complain_about() -> None:
    ran = subprocess.run(
        [haproxy_program(), "-c", "-V", "-f", str(HAPROXY)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "Warning" in ran.stdout + ran.stderr) == (0, False), ran.stderr
