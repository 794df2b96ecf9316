"""README shows the product at work in one screen or two, and every block of it runs."""

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.docs.pages import ADDRESS, PAGES
from tests.servers import ROOT, Server, uvicorn

README = PAGES["README.md"]
MOST_LINES = 140
MOST_PICTURE_BYTES = 150_000


def block(number: int) -> str:
    return README.blocks[number].text


def test_it_is_short() -> None:
    assert len(README.text.splitlines()) <= MOST_LINES


def test_no_block_is_left_out() -> None:
    assert [each.kind for each in README.blocks] == ["sh", "sh", "json", "sh", "json", "python", "js"]


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^make (\w+)", block(0), re.MULTILINE)
    assert targets == ["run", "test"]
    subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, check=True, capture_output=True)


def test_the_first_episode_prints_what_the_readme_says_across_a_killed_server(tmp_path: Path) -> None:
    store = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db"}
    first, printed, then, continues = (block(number) for number in range(1, 5))
    with uvicorn(**store) as server:
        script = first.replace(ADDRESS, server.url) + "\necho $ID\n"
        # curl ends no line, so the two replies are told apart by their braces.
        output = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout
        instance = output[-37:].strip()
        assert output[:-37] == printed.replace("\n", "")
        server.kill()
    with uvicorn(**store) as server:
        script = f"ID={instance}\n" + then.replace(ADDRESS, server.url)
        output = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout
        assert output == continues.strip()


def told(block: str) -> str:
    """What the comment after the one print of a block says that it prints."""
    [comment] = re.findall(r"(?:print|console\.log)\(.*\);?  ?(?:#|//) (.*)$", block, re.MULTILINE)
    return f"{comment}\n"


def test_the_python_client_prints_a_step(docs_server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    exec(block(5).replace(ADDRESS, docs_server.url), {})
    assert capsys.readouterr().out == told(block(5))
    assert docs_server.send("GET", "/v1/envs/").json == {}


def test_the_javascript_plays_an_episode_and_prints_its_length(docs_server: Server, tmp_path: Path) -> None:
    script = tmp_path / "episode.mjs"
    script.write_text(block(6).replace(ADDRESS, docs_server.url).replace("./static/", f"{ROOT}/static/"))
    output = subprocess.run(["node", script], check=True, capture_output=True, text=True, timeout=60).stdout
    assert output == told(block(6))
    assert docs_server.send("GET", "/v1/envs/").json == {}


@pytest.mark.parametrize("picture", ["docs/monitor.webp", "docs/playground.webp"])
def test_a_picture_is_small_and_large_enough_to_read(picture: str) -> None:
    assert (ROOT / picture).stat().st_size < MOST_PICTURE_BYTES
    with Image.open(ROOT / picture) as image:
        assert image.width >= 1000
