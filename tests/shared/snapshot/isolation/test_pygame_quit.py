"""Closing an environment leaves pygame to the others."""

import sys
from types import ModuleType
from typing import Any

import pytest

from shared.snapshot.isolation.pygame_quit import pygame_kept


@pytest.fixture
def quits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules whose `quit` was called, of a pygame that only counts."""
    called: list[str] = []
    for name in ("pygame", "pygame.display"):
        module: Any = ModuleType(name)
        module.quit = lambda name=name: called.append(name)
        monkeypatch.setitem(sys.modules, name, module)
    return called


def quit_all() -> None:
    for name in ("pygame", "pygame.display"):
        sys.modules[name].quit()


def test_within_it_nothing_is_shut_down_and_afterwards_it_is(quits: list[str]) -> None:
    with pygame_kept():
        quit_all()
        assert quits == []
    quit_all()
    assert quits == ["pygame", "pygame.display"]


def test_two_that_overlap_end_with_the_last(quits: list[str]) -> None:
    first, second = pygame_kept(), pygame_kept()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    quit_all()
    assert quits == []
    second.__exit__(None, None, None)
    quit_all()
    assert len(quits) == 2


def test_an_exception_passes_through_and_pygame_is_itself_again(quits: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), pygame_kept():
        raise ZeroDivisionError
    quit_all()
    assert len(quits) == 2
