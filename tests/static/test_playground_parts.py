"""The parts of the playground that need no page, under Node."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, uvicorn

TESTS = Path(__file__).with_name("playground.test.mjs")
AFTER_1 = "0.18847766518592834"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as running:
        yield running


def test_they_do_what_their_own_tests_say(node: str) -> None:
    done = subprocess.run([node, "--test", TESTS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_episode_copied_as_python_or_curl_plays_the_same_episode(node: str, server: Server) -> None:
    environment = {**os.environ, "GYM_HTTP_URL": server.url, "GYM_HTTP_COPY": "1"}
    done = subprocess.run([node, TESTS], env=environment, capture_output=True, text=True)
    [line] = [line for line in done.stdout.splitlines() if "COPY {" in line]
    copied = json.loads(line.partition("COPY ")[2])
    for command in ([sys.executable, "-c", copied["python"]], ["bash", "-c", copied["curl"]]):
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert AFTER_1 in printed
    assert server.send("GET", "/v1/envs/").json == {}
