"""The declared path that a client may have meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_LONGEST = 300
"""Longer paths are not compared: it takes a time that grows with the square of the length."""

_ALIKE = 0.7
"""How alike two paths are at least, of 1."""


def nearest(path: str, declared: Iterable[str]) -> str | None:
    """The declared path most like the given one, with its parameters filled in; None if none is like it."""
    if len(path) > _LONGEST:
        return None
    parts = [part for part in path.split("/") if part]
    asked = "/" + "".join(f"{part}/" for part in parts)
    likenesses = {filled: SequenceMatcher(None, asked, filled).ratio() for filled in _filled(declared, parts)}
    alike = [filled for filled, likeness in likenesses.items() if likeness >= _ALIKE]
    # The last part says what the call does, so one that is right counts first.
    return max(
        alike,
        key=lambda filled: (filled.split("/")[-2:] == asked.split("/")[-2:], likenesses[filled]),
        default=None,
    )


def _filled(declared: Iterable[str], parts: list[str]) -> Iterable[str]:
    """Each declared path with the parts that stand in the places of its parameters."""
    for path in dict.fromkeys(declared):
        names = path.strip("/").split("/")
        given = [*parts, *names[len(parts) :]]
        yield "/" + "".join(
            f"{have if name.startswith('{') else name}/" for name, have in zip(names, given, strict=False)
        )
