"""What `HTTPEnv` and `HTTPVectorEnv` share: the calls that return when they are done."""

from typing import Any, Literal, Self

from gymnasium_http.calls import past, playing, states
from gymnasium_http.instance import Instance
from gymnasium_http.recorded import Recorded
from gymnasium_http.transport.blocking import blocking, run


class BlockingInstance(Recorded, Instance):
    """An instance whose calls block. `copy.deepcopy` forks it."""

    fork = blocking(states.fork)
    checkpoint = blocking(states.checkpoint)
    checkpoints = blocking(states.checkpoints)
    restore = blocking(states.restore)
    delete_checkpoint = blocking(states.delete_checkpoint)
    snapshot = blocking(states.snapshot)
    record = blocking(states.record)
    recording = blocking(past.recording)
    rollout = blocking(playing.rollout)
    explore = blocking(playing.explore)
    detach = blocking(states.detach)

    def close(self) -> None:
        """Delete the environment on the server. Closing again does nothing."""
        run(states.close(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        [twin] = self.fork()
        return twin

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> Literal[False]:
        self.close()
        return False
