"""The tables of docs/performance.md: printed, and written between the page's markers."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks.contenders import ECHO, IN_MEMORY
from tests.benchmarks.speed import STEP, Speeds


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def speeds(measured: Speeds) -> str:
    """A row for each contender of each cell, with its ratios to the in-memory way and to the floor."""
    rows = []
    for cell, contenders in measured.items():
        echo, in_memory = contenders.get(ECHO), contenders.get(IN_MEMORY)
        for name, figures in contenders.items():
            rows.append(
                [
                    cell.env_id,
                    cell.what,
                    cell.connections,
                    name,
                    micro(figures.p50),
                    micro(figures.p99),
                    f"{figures.rate:,.0f}",
                    f"{figures.p50 / echo.p50:.2f}" if echo and cell.what == STEP else "",
                    f"{figures.rate / in_memory.rate:.2f}" if in_memory else "",
                ]
            )
    head = (
        "environment",
        "call",
        "connections",
        "who",
        "p50 µs",
        "p99 µs",
        "steps/s",
        "p50 ÷ echo",
        "rate ÷ in memory",
    )
    return table(head, rows)


def micro(seconds: float) -> str:
    """Seconds as text in microseconds, to about three digits."""
    micros = seconds * 1e6
    return f"{micros:,.0f}" if micros >= 100 else f"{micros:.1f}"


def write(page: Path, name: str, text: str, *, keep: bool = False) -> None:
    """Put the text between the page's markers of that name.

    With `keep`, it is a table of some of the rows, and the others stay: rows are the same by their first cell.

    Raises:
        ValueError: the page has no such markers.
    """
    before = page.read_text()
    marked = re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)
    if not marked.search(before):
        raise ValueError(f"{page} has no marker <!-- {name} -->")

    def written(found: re.Match[str]) -> str:
        return f"{found[1]}{_merged(found[2], text) if keep else text}\n{found[3]}"

    page.write_text(marked.sub(written, before))


def _merged(before: str, after: str) -> str:
    """One table with another's rows in place of its own, and behind them."""
    rows = {line.split(" | ")[0]: line for text in (before, after) for line in text.strip().splitlines()}
    return "\n".join(rows.values())
