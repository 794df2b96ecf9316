"""Who finds no screen is told the way out, whatever stands between that and the constructor's error."""

from typing import Any

import gymnasium
import pytest

from shared.errors import NotCreatable
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make
from shared.snapshot.making.no_screen import way_out


class NoSuchDisplayException(Exception):
    """As pyglet names it."""


class _NeedsScreen(gymnasium.Env[Any, Any]):
    def __init__(self) -> None:
        try:
            raise NoSuchDisplayException('Cannot connect to "None"')
        except NoSuchDisplayException as error:
            raise ImportError("this rendering needs a display") from error


gymnasium.register("test/NeedsScreen-v0", f"{__name__}:_NeedsScreen")


def test_the_refusal_has_the_constructors_words_and_the_way_out() -> None:
    with pytest.raises(
        NotCreatable, match=r" raised \w+: this rendering needs a display .*PYGLET_HEADLESS=True.* libegl1"
    ):
        make(Recipe("test/NeedsScreen-v0"))


@pytest.mark.parametrize(
    "error",
    [ImportError('Library "EGL" not found.'), NoSuchDisplayException("x"), OSError("Unable to open display")],
)
def test_these_mean_that_there_is_no_screen(error: Exception) -> None:
    assert "DISPLAY" in way_out(error)


def test_any_other_error_is_told_as_it_is() -> None:
    assert way_out(ValueError("display size must be positive")) == ""
    with pytest.raises(NotCreatable) as raised:
        make(Recipe("CartPole-v1", kwargs={"nonsense": 1}))
    assert "PYGLET" not in raised.value.detail
