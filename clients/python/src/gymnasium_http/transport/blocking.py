"""Running the package's coroutines where no event loop is: their waits block, so they never suspend."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns whose every wait blocks."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        returned: T = ended.value
        return returned
    coroutine.close()
    raise RuntimeError("The call waits for an event loop; await it in one, with what make_async makes.")


def blocking(awaited: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """The function that does the same and returns when it is done."""

    @wraps(awaited)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return run(awaited(*args, **kwargs))

    return call


def iterating(awaited: Callable[P, AsyncIterator[T]]) -> Callable[P, Iterator[T]]:
    """The function that gives the same items to a loop without `async`."""

    @wraps(awaited)
    def call(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        items = awaited(*args, **kwargs)
        while True:
            try:
                item = run(_next(items))
            except StopAsyncIteration:
                return
            yield item

    return call


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


class ThreadLock:
    """A lock of threads, in the words of coroutines."""

    def __init__(self) -> None:
        self._lock = Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(self, *error: object) -> None:
        self._lock.release()
