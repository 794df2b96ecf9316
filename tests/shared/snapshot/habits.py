"""Environments with one habit each that real packages have; importing this module registers them."""

import ctypes
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

Result = tuple[Any, float, bool, bool, dict[str, Any]]


class Columns(gymnasium.Env[Any, Any]):
    """Counts how often each of three columns was chosen; the others differ from it in one habit."""

    def __init__(self) -> None:
        self.action_space: Any = Discrete(3)
        self.observation_space: Any = Box(-99, 99, (3,), np.float32)
        self.counts = np.zeros(3, np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.counts[:] = 0
        return self.counts.copy(), {}

    def step(self, action: Any) -> Result:
        self.counts[action % 3] += 1
        return self.counts.copy(), float(self.counts.sum()), False, False, {}


class ScalesAction(Columns):
    """Writes into the action that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = Box(-1, 1, (3,), np.float32)

    def step(self, action: Any) -> Result:
        action *= 0.5
        self.counts += action
        return self.counts.copy(), 0.0, False, False, {}


class FullColumn(Columns):
    """Raises for a move that the rules do not allow now."""

    def step(self, action: Any) -> Result:
        if self.counts[action] >= 2:
            raise ValueError(f"column {action} is full")
        return super().step(action)


class NeverSteps(Columns):
    """Every step raises."""

    def step(self, action: Any) -> Result:
        raise NotImplementedError("there is no engine here")


class RandomId(Columns):
    """Gives every step a random id in its info, which no mechanism can repeat."""

    def step(self, action: Any) -> Result:
        import uuid

        return (*super().step(action)[:4], {"id": str(uuid.uuid4())})


class SharedBoard(Columns):
    """The counts are an array of the class, which every reset clears in place."""

    BOARD = np.zeros(3, np.float32)

    def __init__(self) -> None:
        super().__init__()
        self.counts = self.BOARD


class NativeBoard(SharedBoard):
    """The same beside something native, so that no graph of its objects can be written."""

    def __init__(self) -> None:
        super().__init__()
        self.library = ctypes.CDLL(None)


class NamedBoard(Columns):
    """The counts are reached by the name of the class alone."""

    board = np.zeros(3, np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        NamedBoard.board[:] = 0
        return super().reset(seed=seed)

    def step(self, action: Any) -> Result:
        NamedBoard.board[action] += 1
        return (*super().step(action)[:4], {"moves": float(NamedBoard.board.sum())})


class DefaultMemory(Columns):
    """A mutable default argument is its memory."""

    def __init__(self, memory: list[int] = []) -> None:  # noqa: B006  (the habit)
        super().__init__()
        self.memory = memory

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.memory.clear()
        return super().reset(seed=seed)

    def step(self, action: Any) -> Result:
        self.memory.append(int(action))
        return (*super().step(action)[:4], {"moves": len(self.memory)})


class SharedVisits(Columns):
    """A set of the class is its memory."""

    visited: ClassVar[set[int]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.seen = self.visited

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.seen.clear()
        return super().reset(seed=seed)

    def step(self, action: Any) -> Result:
        before = len(self.seen)
        if not before:
            self.seen.add(int(action))
        return (*super().step(action)[:4], {"seen": before})


class ClassSpaces(gymnasium.Env[Any, Any]):
    """Its spaces are attributes of the class."""

    action_space = Discrete(1000)
    observation_space = Box(-99, 99, (3,), np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.counts = np.zeros(3, np.float32)
        return self.counts.copy(), {}

    def step(self, action: Any) -> Result:
        self.counts[action % 3] += 1
        return self.counts.copy(), 1.0, False, False, {}


ACTIONS = Discrete(1000)


class ModuleSpace(Columns):
    """Its action space is its module's."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = ACTIONS


class NativeModuleSpace(ModuleSpace):
    """The same, carried by a journal."""

    def __init__(self) -> None:
        super().__init__()
        self.library = ctypes.CDLL(None)


class OwnsProcess(Columns):
    """Runs in a process of its own, which `close` ends, as simulators in Java or Unity do."""

    CODE = """n = 0
import sys
for line in sys.stdin:
    n = 0 if line[0] == "r" else n + 1
    print(n, flush=True)
"""
    started: ClassVar[list["subprocess.Popen[str]"]] = []

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = Box(-1e9, 1e9, (1,), np.float32)
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", self.CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.started.append(self.process)

    @classmethod
    def running(cls) -> int:
        """The number of processes that have been started here and not ended."""
        return sum(process.poll() is None for process in cls.started)

    def _ask(self, word: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return np.array([self.process.stdout.readline()], np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self._ask("r"), {}

    def step(self, action: Any) -> Result:
        return self._ask("s"), 0.0, False, False, {}

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Waits(Columns):
    """Waits in every step, as on a busy machine; native, so that it is replayed."""

    def __init__(self) -> None:
        super().__init__()
        self.library = ctypes.CDLL(None)

    def step(self, action: Any) -> Result:
        time.sleep(0.11)
        return super().step(action)


class StrictWarnings(Columns):
    """Makes errors of all warnings of the process, and tells whether they are."""

    def __init__(self) -> None:
        super().__init__()
        warnings.simplefilter("error")

    def step(self, action: Any) -> Result:
        return (*super().step(action)[:4], {"strict": warnings.filters[0][0] == "error"})


class NativeStrictWarnings(StrictWarnings):
    """The same, carried by a journal."""

    def __init__(self) -> None:
        super().__init__()
        self.library = ctypes.CDLL(None)


class GrowingSet(Columns):
    """A set of texts gains its second member in the 20th step, and has one again after a reset."""

    def __init__(self) -> None:
        super().__init__()
        self.done, self.steps = {"start"}, 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.done, self.steps = {"start"}, 0
        return super().reset(seed=seed)

    def step(self, action: Any) -> Result:
        self.steps += 1
        if self.steps == 20:
            self.done.add("later")
        return (*super().step(action)[:4], {"done": len(self.done), "draw": float(self.np_random.random())})


class MakesWorld(Columns):
    """Makes in every reset what no graph can hold."""

    world: Any = None

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.world = (number for number in range(1_000_000))
        return super().reset(seed=seed)


class MakesWorldOnce(Columns):
    """Makes it in the first reset, and has it tell of all steps since."""

    world: Any = None

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.world = self.world or (number for number in range(1_000_000))
        return super().reset(seed=seed)

    def step(self, action: Any) -> Result:
        return (*super().step(action)[:4], {"steps": next(self.world)})


class AddsInOrder(MakesWorld):
    """Adds late in an episode what is in a set of objects, in the order of their addresses."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.parts = {Part(0.1 * number + 1.0) for number in range(16)}
        return super().reset(seed=seed)

    def step(self, action: Any) -> Result:
        seen, reward, *ends = super().step(action)
        if reward > 30:
            reward = sum(part.area / (1.0 + seen[0]) for part in self.parts)
        return seen, reward, *ends


class Part:
    """One of the objects."""

    def __init__(self, area: float) -> None:
        self.area = area


class NeedsFile(Columns):
    """Reads a model from a file."""

    path: ClassVar[str] = os.environ.get("HABITS_MODEL", "")

    def __init__(self) -> None:
        super().__init__()
        self.model = Path(self.path).read_text()
        self.library = ctypes.CDLL(None)


def _register() -> None:
    for name, value in [*globals().items()]:
        if isinstance(value, type) and issubclass(value, gymnasium.Env) and value is not gymnasium.Env:
            gymnasium.register(f"habits/{name}-v0", f"{__name__}:{name}")


_register()
