"""A progress bar by tqdm, where that is installed."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Any


def bar(
    progress: bool | None, unit: str, total: int | None = None, *, worth_it: bool = True, delay: float = 0.0
) -> AbstractContextManager[Callable[[int], Any]]:
    """A bar, to be told how many units are done.

    Args:
        progress: Whether there is one. By default on a terminal, if tqdm is installed and it is `worth_it`.
        unit: What is counted.
        total: How many there are, if that is known.
        worth_it: Whether there will be progress to tell.
        delay: Seconds after which it shows by default.
    """
    if not (worth_it and find_spec("tqdm") is not None if progress is None else progress):
        return nullcontext(lambda count: None)
    from tqdm.auto import tqdm  # an optional dependency

    if progress is None:  # then tqdm shows on terminals only
        return _Bar(tqdm(total=total, unit=unit, disable=None, delay=delay))
    return _Bar(tqdm(total=total, unit=unit, disable=False))


class _Bar(AbstractContextManager[Callable[[int], Any]]):
    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __enter__(self) -> Callable[[int], Any]:
        advance: Callable[[int], Any] = self._bar.update
        return advance

    def __exit__(self, *error: object) -> None:
        self._bar.close()
