"""A coroutine whose waits block is run without an event loop; any other is refused."""

import asyncio
import inspect

import pytest
from gymnasium_http.transport.blocking import blocking, run


async def doubled(number: int, *, by: int = 2) -> int:
    """A number, several times."""
    if number < 0:
        raise ValueError("It is negative.")
    return number * by


def test_it_returns_and_raises_what_the_coroutine_does() -> None:
    assert run(doubled(3)) == 6
    with pytest.raises(ValueError, match="negative"):
        run(doubled(-1))


def test_a_function_that_blocks_has_the_name_page_and_arguments_of_the_coroutine() -> None:
    call = blocking(doubled)
    assert call(3, by=3) == 9
    assert (call.__name__, call.__doc__) == ("doubled", "A number, several times.")
    assert inspect.signature(call) == inspect.signature(doubled)
    assert not inspect.iscoroutinefunction(call)


def test_what_waits_for_an_event_loop_is_closed_and_refused() -> None:
    ended = []

    async def waits() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            ended.append(True)

    with pytest.raises(RuntimeError, match="make_async"):
        run(waits())
    assert ended == [True]
