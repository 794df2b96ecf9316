"""The table of versions that were proved equal: written under one, continued under the other, no difference.

`make compatibility` writes its lines. A package's digests say too little where its code has changed and its
environments have not, as from one Gymnasium to the next.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

TABLE = Path(__file__).with_name("proved.json")


class Line(msgspec.Struct, frozen=True, order=True):
    """Snapshots written with one version of a package that another continues."""

    package: str
    written: str
    continued: str
    parts: tuple[str, ...]
    """What it holds for: families, packages of environments, `drawn` after their name where frames are compared
    too, wrappers by name, and `vector`. Sorted.
    """


@cache
def proved_lines() -> tuple[Line, ...]:
    """The lines of the table; it is read when a snapshot of another version first asks for it."""
    return lines_in(TABLE)


def lines_in(table: Path) -> tuple[Line, ...]:
    """The lines of a table."""
    return msgspec.json.decode(table.read_bytes(), type=tuple[Line, ...])


def proves(package: str, written: str, continued: str, parts: Iterable[str]) -> bool:
    """Whether the table says that one version continues what the other has written, for all of the parts."""
    return continued in continuing(package, written, parts)


def continuing(package: str, written: str, parts: Iterable[str]) -> list[str]:
    """The other versions of a package that continue what `written` wrote, for all of the parts."""
    wanted = {*parts}
    return [
        line.continued
        for line in proved_lines()
        if (line.package, line.written) == (package, written) and wanted <= {*line.parts}
    ]
