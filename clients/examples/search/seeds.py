"""Running a search on several seeds, as each program of this folder does."""

import argparse
import time
from collections.abc import Callable
from statistics import mean


def play_all(name: str, play: Callable[[str, int, int], float], steps: int) -> None:
    """Print the mean return of an episode for each seed. `play` takes the URL, a seed and the most steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:5000")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=steps)
    given = parser.parse_args()
    began = time.monotonic()
    returns = [play(given.url, seed, given.steps) for seed in range(given.seeds)]
    told = " ".join(f"{each:.0f}" for each in returns)
    seconds = time.monotonic() - began
    print(f"{name}: mean return {mean(returns):.1f} over {given.seeds} seeds in {seconds:.0f} s: {told}")
