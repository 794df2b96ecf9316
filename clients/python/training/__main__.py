"""`python -m training NAME --url URL`: train by a library in process and on the server, and compare.

NAME is a module of this folder, which has `TRAINERS`. The exit status is 1 if anything differs.
"""

import argparse
import importlib
import sys

from training.comparison import compare
from training.places import in_process, on_server


def main() -> int:
    """Compare each trainer of the library."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("name", help="a trainer, such as stable-baselines3")
    parser.add_argument("--url", required=True, help="the server")
    given = parser.parse_args()
    library = importlib.import_module(f"training.{given.name.replace('-', '_')}")
    same = [
        compare(f"{given.name} {name}", trainer, in_process(), on_server(given.url))
        for name, trainer in library.TRAINERS.items()
    ]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
