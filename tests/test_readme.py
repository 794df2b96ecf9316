"""Every block of the README runs, and prints what the README says."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions import legacy, local
from tests.servers import ROOT, Server, uvicorn

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
LOCAL = "http://127.0.0.1:5000"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db") as running:
        yield running


def test_no_block_is_left_out() -> None:
    kinds = [kind for kind, _ in BLOCKS]
    assert kinds == ["sh", "sh", "json", "sh", "json", "python", "python", "js"]


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^make (\w+)", BLOCKS[0][1], re.MULTILINE)
    assert targets == ["run", "test"]
    subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, check=True, capture_output=True)


def test_the_first_episode_prints_what_the_readme_says_across_a_killed_server(tmp_path: Path) -> None:
    store = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db"}
    (_, first), (_, printed), (_, then), (_, goes_on) = BLOCKS[1:5]
    with uvicorn(**store) as server:
        script = first.replace(LOCAL, server.url) + "\necho $ID\n"
        # curl ends no line, so the two replies are told apart by their braces.
        output = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout
        instance = output[-37:].strip()
        assert output[:-37] == printed.replace("\n", "")
        server.kill()
    with uvicorn(**store) as server:
        script = f"ID={instance}\n" + then.replace(LOCAL, server.url)
        output = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout
        assert output == goes_on.strip()


def told(block: str) -> str:
    """What the comment after the one print of a block says that it prints."""
    [comment] = re.findall(r"(?:print|console\.log)\(.*\);?  ?(?:#|//) (.*)$", block, re.MULTILINE)
    return f"{comment}\n"


def test_the_python_client_prints_a_step(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    block = BLOCKS[5][1]
    exec(block.replace(LOCAL, server.url), {})
    assert capsys.readouterr().out == told(block)
    assert server.send("GET", "/v1/envs/").json == {}


def test_the_python_class_plays_an_episode_and_prints_its_length(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    block = BLOCKS[6][1]
    exec(block.replace(LOCAL, server.url), {})
    assert capsys.readouterr().out == told(block)
    assert server.send("GET", "/v1/envs/").json == {}


def test_the_javascript_plays_an_episode_and_prints_its_length(server: Server, tmp_path: Path) -> None:
    script = tmp_path / "episode.mjs"
    block = BLOCKS[7][1]
    script.write_text(block.replace(LOCAL, server.url).replace("./static/", f"{ROOT}/static/"))
    output = subprocess.run(["node", script], check=True, capture_output=True, text=True, timeout=60).stdout
    assert output == told(block)
    assert server.send("GET", "/v1/envs/").json == {}


def test_every_endpoint_stands_in_the_table() -> None:
    for module in local.MODULES:
        # The old dialect's clients know its paths; what is different here is told in a section of its own.
        for endpoint in module.router.endpoints if module is not legacy else ():
            path = endpoint.path.replace("{instance_id}", "{id}")
            # Of the two spaces one is written out and the other said to be the same.
            path = path.replace("observation_space/sample/", "action_space/sample/")
            path = path.replace("observation_space/contains/", "action_space/contains/")
            assert f"`{endpoint.method} {path}`" in README, path
