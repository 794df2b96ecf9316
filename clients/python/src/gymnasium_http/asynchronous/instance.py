"""What `AsyncEnv` and `AsyncVectorEnv` share: the calls that are awaited."""

from typing import Any, NoReturn, Self

from gymnasium_http.asynchronous.recorded import AsyncRecorded
from gymnasium_http.calls import past, playing, states
from gymnasium_http.instance import Instance


class AsyncInstance(AsyncRecorded, Instance):
    """An instance whose calls are awaited, one after the other; those of several go on at the same time."""

    fork = states.fork
    checkpoint = states.checkpoint
    checkpoints = states.checkpoints
    restore = states.restore
    delete_checkpoint = states.delete_checkpoint
    snapshot = states.snapshot
    record = states.record
    recording = past.recording
    render = playing.render
    rollout = playing.rollout
    explore = playing.explore
    detach = states.detach
    close = states.close

    def __deepcopy__(self, memo: dict[int, Any]) -> NoReturn:
        raise TypeError("A copy would be a call to the server; use `[twin] = await env.fork()`.")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
