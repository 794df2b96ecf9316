"""A real server process, killed without warning where a test wants it."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.applications import Reply
from tests.forked_servers import ForkedServer, begun

ROOT = Path(__file__).parents[1]
_LISTENING = re.compile(rb"Uvicorn running on http://127\.0\.0\.1:(\d+)")
_WORKER = re.compile(rb"Worker \d+ of \d+ also listens on (http://127\.0\.0\.1:\d+)")


@dataclass
class Server:
    """uvicorn on a port that the system chose."""

    process: subprocess.Popen[bytes] | ForkedServer
    url: str
    rest: Future[bytes]
    """What it writes after its address, once it has ended."""
    workers: Sequence[str] = ()
    """The addresses of its workers, where it has several."""

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        answer = httpx2.request(method, self.url + path, content=content, headers=headers, timeout=120)
        return Reply(answer.status_code, dict(answer.headers), answer.content)

    def kill(self) -> None:
        """End it as a power switch would: no handler runs."""
        self.process.kill()
        self.process.wait()


def uvicorn(
    app: str = "functions.local:app",
    options: Sequence[str] = (),
    python: Path | str = sys.executable,
    **environment: str,
) -> AbstractContextManager[Server]:
    """A server of the application, of every endpoint by default, with these variables, until the block ends."""
    return _started(["uvicorn", app, "--port", "0", "--no-access-log", *options], environment, python)


def supervised(**environment: str) -> AbstractContextManager[Server]:
    """Every endpoint under a parent process that replaces the server; `process` is the parent."""
    return by_workers(1, environment)


def by_workers(workers: int, environment: dict[str, str]) -> AbstractContextManager[Server]:
    """The same by several processes, if `workers` is above 1, which its parent replaces one by one."""
    return _started(["functions.serve", "--port", "0", "--workers", str(workers)], environment)


class KeptOpen:
    """A client with a connection of its own, so that a step takes as long as it does."""

    def __init__(self, server: Server) -> None:
        self._client = httpx2.Client(base_url=server.url, timeout=60)

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        answer = self._client.request(method, path, content=content, headers=headers)
        return Reply(answer.status_code, dict(answer.headers), answer.content)

    def close(self) -> None:
        self._client.close()


@contextmanager
def _started(
    module: list[str], environment: dict[str, str], python: Path | str = sys.executable
) -> Iterator[Server]:
    process = begun(module, environment, python)
    assert process.stdout is not None
    with process, ExitStack() as stack:
        stack.callback(process.kill)
        output = b""
        for line in process.stdout:
            output += line
            listening = _LISTENING.search(line)
            if listening:
                break
        else:
            raise AssertionError(output.decode())
        # Read to its end: MuJoCo, which writes its warnings itself, would wait for ever for room in the pipe.
        reader = stack.enter_context(ThreadPoolExecutor(1))
        rest = reader.submit(process.stdout.read)
        stack.callback(process.kill)  # first, or there is no end to read to
        workers = [address.decode() for address in _WORKER.findall(output)]
        yield Server(process, f"http://127.0.0.1:{int(listening[1])}", rest, workers)
