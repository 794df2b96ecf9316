"""Writes a graph as the code writes it today: `python -m tests.shared.snapshot.graph.files.make NAME`.

A file that exists is not written again: it stands for what a store still holds, which later code did not write.
"""

import sys
from pathlib import Path

from tests.shared.snapshot.graph.files.chest import played

FILES = Path(__file__).parent


def main(name: str) -> None:
    """Write the graph of a chest in its second episode."""
    body = played().capture()
    with (FILES / name).open("xb") as file:
        file.write(body)


if __name__ == "__main__":
    main(*sys.argv[1:])
