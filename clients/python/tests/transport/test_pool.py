"""No two threads or processes ever use the same socket, and what must wait waits."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gymnasium_http
import httpx
import pytest
from gymnasium_http import Connection, HTTPEnv
from gymnasium_http.transport.pool import Pool

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")

FORK = multiprocessing.get_context("fork")


class Alone(httpx.BaseTransport):
    """Replies to what it is sent with the same, and fails if two threads use it at once."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert not self.closed
        assert not self.threads
        self.threads.add(threading.get_ident())
        time.sleep(0.002)
        self.threads.clear()
        return httpx.Response(200, content=request.read())

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def transports() -> list[Alone]:
    return []


@pytest.fixture
def pool(transports: list[Alone]) -> Pool:
    def make() -> httpx.Client:
        transports.append(Alone())
        return httpx.Client(transport=transports[-1])

    return Pool(make, most=3)


def ask(pool: Pool, number: int) -> bool:
    with pool.client() as client:
        return client.post("http://example", content=str(number)).text == str(number)


def test_more_threads_than_clients_wait_for_a_client_of_their_own(pool: Pool, transports: list[Alone]) -> None:
    with ThreadPoolExecutor(30) as threads:
        assert all(threads.map(lambda number: ask(pool, number), range(300)))
    assert len(transports) <= 3


def test_calls_in_turn_use_one_client(pool: Pool, transports: list[Alone]) -> None:
    assert all(ask(pool, number) for number in range(5))
    assert len(transports) == 1


def test_a_client_whose_call_raised_is_not_lent_again(pool: Pool, transports: list[Alone]) -> None:
    with pytest.raises(KeyboardInterrupt), pool.client():
        raise KeyboardInterrupt
    assert ask(pool, 1)
    assert [transport.closed for transport in transports] == [True, False]


def test_closing_closes_the_clients_that_are_lent_when_they_come_back(pool: Pool, transports: list[Alone]) -> None:
    assert ask(pool, 1)
    with pool.client() as client:
        pool.close()
        assert client.post("http://example", content="x").text == "x"
    assert transports[0].closed


def play_in_child(env: Any, send: Any, asked: int, steps: int = 50) -> None:
    """Send the sums of the actions that the environment was given, one after the other."""
    send.send([env.step(asked)[0] for _ in range(steps)])
    os._exit(0)  # without pytest's own end


def test_forked_processes_get_the_replies_to_their_own_calls(connection: Connection) -> None:
    env = gymnasium_http.make("Sum-v0", connection=connection)
    assert isinstance(env, HTTPEnv)
    env.reset()
    processes, ends = [], []
    for asked, twin in zip((8000, 7, 1, 400), env.fork(4), strict=True):
        end, send = FORK.Pipe(duplex=False)
        process = FORK.Process(target=play_in_child, args=(twin, send, asked))
        process.start()
        processes.append(process)
        ends.append((asked, end))
    mine = [env.step(3)[0] for _ in range(50)]
    assert mine == [3 * steps for steps in range(1, 51)]
    for asked, end in ends:
        assert end.poll(30)
        assert end.recv() == [asked * steps for steps in range(1, 51)]
    for process in processes:
        process.join()


def test_a_fork_while_other_threads_make_calls_waits_for_none_of_them(connection: Connection) -> None:
    envs = [gymnasium_http.make("Sum-v0", connection=connection) for _ in range(3)]
    for env in envs:
        env.reset()
    ended = threading.Event()

    def play(env: Any, asked: int) -> list[int]:
        steps: list[int] = []
        while not ended.is_set():
            steps.append(int(env.step(asked)[0]) - asked * (len(steps) + 1))
        return steps

    with ThreadPoolExecutor(2) as threads:
        busy = [threads.submit(play, env, asked) for env, asked in zip(envs, (5, 11), strict=False)]
        try:
            for number in range(1, 6):
                end, send = FORK.Pipe(duplex=False)
                process = FORK.Process(target=play_in_child, args=(envs[2], send, 1000))
                process.start()
                assert end.poll(30)
                assert end.recv() == [1000 * (50 * (number - 1) + step) for step in range(1, 51)]
                process.join()
        finally:
            ended.set()
    for result in busy:
        assert set(result.result()) == {0}


def test_a_forked_process_makes_calls_of_its_own_after_one_without_an_answer(url: str) -> None:
    """A call that is repeated has the first one's key, but another process's call is another call."""
    lost = [True]

    class Lossy(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            reply = super().handle_request(request)
            if request.url.path.endswith("/step/") and lost:
                lost.clear()
                reply.close()
                raise httpx.RemoteProtocolError("cut short", request=request)
            return reply

    env = gymnasium_http.make("Sum-v0", connection=Connection(url, patience=0, transport=Lossy))
    env.reset()
    with pytest.raises(gymnasium_http.ServerGone):
        env.step(2)
    end, send = FORK.Pipe(duplex=False)
    process = FORK.Process(target=play_in_child, args=(env, send, 2, 9))
    process.start()
    assert end.recv() == [2 * steps for steps in range(2, 11)]
    process.join()
    assert env.step(2)[0] == 2  # the reply that was lost
    env.close()


def test_hundreds_of_threads_share_a_connection(connection: Connection) -> None:
    def play(number: int) -> bool:
        env = gymnasium_http.make("Sum-v0", connection=connection)
        env.reset()
        return [env.step(number)[0] for _ in range(3)] == [number, 2 * number, 3 * number]

    with ThreadPoolExecutor(150) as threads:
        assert all(threads.map(play, range(150)))
