"""A masked array is told from other arrays, and telling so imports nothing."""

import sys
from types import ModuleType

import numpy as np
import pytest

from shared.codec.masked import is_masked


class Marked(np.ma.MaskedArray):
    """A class of somebody's own."""


@pytest.mark.parametrize("kind", [np.ma.MaskedArray, type(np.ma.masked), Marked])
def test_masked_arrays_and_what_derives_from_them_are_told(kind: type) -> None:
    assert is_masked(kind)


@pytest.mark.parametrize("kind", [np.ndarray, np.matrix, np.float64, list, object])
def test_no_other_class_is(kind: type) -> None:
    assert not is_masked(kind)


def test_where_the_module_was_not_imported_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numpy.ma")
    assert not is_masked(np.ndarray)
    assert "numpy.ma" not in sys.modules


def test_nor_while_another_thread_imports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy.ma", ModuleType("numpy.ma"))
    assert not is_masked(np.ndarray)
