"""What one environment sets in the process holds for its own calls alone."""

import locale
import os
import sys
import warnings
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation import process_state
from shared.snapshot.isolation.process_state import ProcessState
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import adopt_to_serve, subject_to_restore
from shared.snapshot.registry import mechanism_named
from tests.shared.snapshot import habits


def _quiet() -> None:
    gymnasium.logger.min_level = 50


SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "warnings": (lambda: warnings.simplefilter("error", UserWarning), lambda: [*warnings.filters]),
    "division": (lambda: np.seterr(all="raise"), np.geterr),
    "printing": (lambda: np.set_printoptions(precision=2), np.get_printoptions),
    "variables": (lambda: os.environ.update(HABIT="1"), lambda: dict(os.environ)),
    "folder": (lambda: os.chdir("/"), lambda: Path.cwd()),
    "locale": (lambda: locale.setlocale(locale.LC_ALL, "POSIX"), lambda: locale.setlocale(locale.LC_ALL)),
    "recursion": (lambda: sys.setrecursionlimit(5000), sys.getrecursionlimit),
    "logging": (_quiet, lambda: gymnasium.logger.min_level),
}


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "locale"])
def test_a_setting_is_taken_back_and_is_there_again_for_the_environment(name: str) -> None:
    change, read = SETTINGS[name]
    state, before = ProcessState(), read()
    with state.lent():
        change()
        own = read()
    assert own != before
    assert read() == before
    with state.lent():
        assert read() == own
    assert read() == before
    assert len(state.changed) == 1


def test_a_locale_is_taken_back() -> None:
    before = locale.setlocale(locale.LC_ALL)
    with ProcessState().lent():
        locale.setlocale(locale.LC_ALL, "C.UTF-8" if before == "C" else "C")
    assert locale.setlocale(locale.LC_ALL) == before


def test_settings_are_taken_back_also_where_the_code_raises() -> None:
    before = np.geterr()

    def fail() -> None:
        with ProcessState().lent():
            np.seterr(all="raise")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert np.geterr() == before


def test_a_variable_that_was_deleted_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABIT", "1")
    state = ProcessState()
    with state.lent():
        del os.environ["HABIT"]
    assert os.environ["HABIT"] == "1"
    with state.lent():
        assert "HABIT" not in os.environ


@pytest.mark.parametrize(
    ("name", "mechanism"), [("StrictWarnings", "object-graph"), ("NativeStrictWarnings", "journal")]
)
def test_an_environments_warnings_filter_is_its_own_also_after_a_restore(name: str, mechanism: str) -> None:
    register_environments([habits.__name__])
    recipe, before = Recipe(f"habits/{name}-v0"), [*warnings.filters]
    subject, _ = adopt_to_serve(mechanism_named(mechanism), make(recipe), recipe)
    subject.apply(Reset(1))
    body = subject.capture()
    restored = subject_to_restore(mechanism_named(mechanism), recipe)
    restored.restore(body)
    for each in (subject, restored):
        assert each.apply(Step(0))[4] == {"strict": True}
        assert [*warnings.filters] == before
        each.close()


def test_what_a_constructor_sets_is_no_change() -> None:
    state = ProcessState()
    with state.of_constructor():
        np.seterr(all="raise")
    assert state.changed == []
    with state.lent():
        np.seterr(all="warn")
    assert state.changed == ["np.seterr"]


@pytest.mark.parametrize("name", process_state.PRIVATE_NAMES)
def test_what_is_read_of_the_standard_library_is_there(name: str) -> None:
    module, _, path = name.partition(":")
    attrgetter(path)(sys.modules[module])
