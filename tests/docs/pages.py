"""The pages of documentation and their blocks, run as a reader would run them."""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.servers import ROOT

ADDRESS = "http://127.0.0.1:5000"
"""Where the server is in every page; a test's own is put in its place."""

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w./-]+\.\w+)\n")
_SENTINEL = "=== the end of a block ==="
# What differs from run to run: ids and times.
_CHANGING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)"), "TIME"),
)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    kind: str
    text: str

    @property
    def file(self) -> str | None:
        """The file that the block is, where its first line is a comment with a path."""
        named = _FILE.match(self.text)
        return named[1] if named else None


@dataclass(frozen=True)
class Page:
    """One page, by its path from the repository's root."""

    path: str

    @cached_property
    def text(self) -> str:
        """All of it."""
        return (ROOT / self.path).read_text()

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """Its fenced blocks, in order."""
        return [Block(kind, text) for kind, text in _BLOCK.findall(self.text)]

    @cached_property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _BLOCK.sub("", self.text)

    def __str__(self) -> str:
        return self.path


def _tracked() -> Iterator[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return (line for line in listed.stdout.splitlines() if (ROOT / line).exists())


PAGES = {path: Page(path) for path in _tracked()}
"""Every page of the repository."""


def play(page: Page, address: str, folder: Path) -> None:
    """Run every block of the page in the folder against the server at the address.

    Blocks that are files are written first. The shell's blocks share one shell, and what one prints is the json or
    text block after it. Then follow the blocks in Python and JavaScript, each alone; a text block after one in
    JavaScript is what that prints.
    """
    for block in page.blocks:
        if block.file is not None:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.text.replace(ADDRESS, address))
    _play_shell(page, address, folder)
    for number, (block, after) in enumerate(pairwise([*page.blocks, Block("", "")])):
        text = block.text.replace(ADDRESS, address)
        if block.kind == "python" and block.file is None:
            exec(compile(text, f"{page}, block {number}", "exec"), {"__name__": "__main__"})
        elif block.kind == "js":
            script = folder / f"{number}.mjs"
            script.write_text(text.replace("./static/", f"{ROOT}/static/"))
            printed = subprocess.run(
                ["node", script], check=True, capture_output=True, text=True, timeout=60
            ).stdout
            assert after.kind != "text" or printed == after.text, text


def _play_shell(page: Page, address: str, folder: Path) -> None:
    shown = [
        (block.text, after.kind, after.text)
        for block, after in zip(page.blocks, [*page.blocks[1:], Block("", "")], strict=True)
        if block.kind == "sh"
    ]
    for (text, kind, expected), printed in zip(shown, _printed(shown, address, folder), strict=True):
        if kind == "json":
            assert json_values(printed) == json_values(expected), text
        elif kind == "text":
            assert unchanging(printed).split() == unchanging(expected).split(), text


def _printed(shown: Sequence[tuple[str, str, str]], address: str, folder: Path) -> Sequence[str]:
    script = "set -e\n" + f"\necho; echo '{_SENTINEL}'\n".join(text for text, _, _ in shown)
    script = script.replace(ADDRESS, address).replace(".venv/bin/", f"{ROOT}/.venv/bin/")
    ran = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout.split(f"\n{_SENTINEL}\n") if shown else []


def json_values(text: str) -> list[Any]:
    """The JSON values that stand in the text one after another, without what differs from run to run."""
    decoder, values, rest = json.JSONDecoder(), [], unchanging(text).strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        values.append(value)
        rest = rest[end:].lstrip()
    return values


def unchanging(text: str) -> str:
    """The text with ids and times replaced by words."""
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return text
