"""Every wrapper that the service makes is in the table, by the class that Gymnasium gives it."""

import importlib

import gymnasium.wrappers
import pytest

from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE


@pytest.mark.parametrize("path", WRAPPER_STATE)
def test_a_class_of_the_table_is_a_wrapper(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert issubclass(getattr(importlib.import_module(module), name), gymnasium.Wrapper)


def test_wrappers_that_touch_files_or_screens_are_not_in_the_table() -> None:
    names = {path.rpartition(".")[2] for path in WRAPPER_STATE}
    assert not names & {"RecordVideo", "HumanRendering"}
