"""A chart of what the searches reach beside random play.

make search | python -m tests.benchmarks.search_chart > docs/search.svg
"""

import re
import sys
from collections.abc import Iterable, Sequence
from statistics import mean
from typing import Any, NamedTuple

import gymnasium

WIDTH, ROW, LEFT, RIGHT = 720, 84, 190, 30


class Search(NamedTuple):
    """How a search is drawn: its environment, the least that is asked of it, and the ends of the scale."""

    title: str
    env_id: str
    least: float
    scale: tuple[float, float]


SEARCHES = {
    "MCTS on CartPole": Search("Monte Carlo tree search, CartPole", "CartPole-v1", 475, (0, 500)),
    "CEM on Pendulum": Search("Cross-entropy method, Pendulum", "Pendulum-v1", -250, (-1700, 0)),
}
"""By what a program calls itself."""


def returns_in(printed: Iterable[str]) -> dict[str, list[float]]:
    """The return of every seed, by the search, from the lines that the programs print."""
    found = {}
    for line in printed:
        said = re.match(r"(.+): mean return .* s: ([-\d. ]+)", line)
        if said is not None and said[1] in SEARCHES:
            found[said[1]] = [float(each) for each in said[2].split()]
    return found


def random_return(env_id: str, seed: int) -> float:
    """The return of an episode of random actions."""
    env: gymnasium.Env[Any, Any] = gymnasium.make(env_id)
    env.reset(seed=seed)
    env.action_space.seed(seed)
    total, done = 0.0, False
    while not done:
        _, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        total, done = total + float(reward), terminated or truncated
    env.close()
    return total


def chart(found: dict[str, list[float]]) -> str:
    """The chart as SVG."""
    rows = []
    for number, (name, returns) in enumerate(found.items()):
        by_chance = [random_return(SEARCHES[name].env_id, seed) for seed in range(len(returns))]
        rows.append(_row(SEARCHES[name], returns, by_chance, 20 + number * ROW))
    height = 20 + len(rows) * ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12">\n<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


def _row(search: Search, returns: Sequence[float], by_chance: Sequence[float], top: int) -> str:
    low, high = search.scale

    def x(value: float) -> float:
        return round(LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT), 1)

    axis = top + 44
    parts = [
        f'<text x="10" y="{top + 10}" font-weight="bold">{search.title}</text>',
        f'<path d="M{LEFT} {axis}H{WIDTH - RIGHT}" stroke="#999"/>',
        f'<path d="M{x(search.least)} {top + 18}V{axis}" stroke="#c22" stroke-dasharray="4 3"/>',
        f'<text x="{x(search.least)}" y="{axis + 14}" text-anchor="end" fill="#c22">least {search.least:g}</text>',
        f'<text x="{LEFT}" y="{axis + 14}">{low:g}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{axis + 14}">{high:g}</text>',
    ]
    for values, colour, said, y in (
        (by_chance, "#888", "random play", top + 38),
        (returns, "#1769aa", "search", top + 26),
    ):
        parts.append(f'<text x="10" y="{y + 4}" fill="{colour}">{said}, mean {mean(values):.0f}</text>')
        parts += [f'<circle cx="{x(value)}" cy="{y}" r="4" fill="{colour}" opacity=".5"/>' for value in values]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(chart(returns_in(sys.stdin)))
