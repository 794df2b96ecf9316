"""Live Atari environments for tests, and a look at what ALE hides."""

import struct
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.snapshot.ale.mechanism import ALE, AleSubject
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make, register_environments
from shared.variables import prepare_process

SHORT: dict[str, Any] = {"modules": ("ale_py",), "episodes": (1, 3), "steps": 8, "further": 20, "chain": 4}
OTHERS = ("ALE/MiniatureGolf-v5", "ALE/Pitfall2-v5")
"""Carried by another mechanism."""


def prepare() -> None:
    """Prepare the process as the service does; skip the tests where ale-py is missing."""
    pytest.importorskip("ale_py")
    prepare_process()
    register_environments(("ale_py",))


def ids() -> list[str]:
    """One id of each game that the mechanism carries."""
    prepare()
    return sorted(name for name in gymnasium.registry if name.startswith("ALE/") and name not in OTHERS)


def subject_of(
    env_id: str,
    seed: int | None = None,
    *,
    render_mode: str | None = None,
    wrappers: tuple[WrapperRecipe, ...] = (),
    **kwargs: Any,
) -> AleSubject:
    """A subject whose environment has been reset, if a seed is given."""
    recipe = Recipe(env_id, render_mode=render_mode, kwargs=kwargs, wrappers=wrappers, seed=1)
    subject = ALE.adopt(make(recipe), recipe)
    if seed is not None:
        subject.apply(Reset(seed))
    return subject


def emulator_of(subject: AleSubject) -> Any:
    """The recorded interface to ALE, which the environment calls."""
    return subject.env.unwrapped.ale  # type: ignore[attr-defined]


def play(subject: AleSubject, steps: int, seed: int = 0) -> list[Any]:
    """The results of some steps. An action is held for a while, and a reset follows the end of an episode."""
    random = np.random.default_rng(seed)
    space: Any = subject.env.action_space
    results = []
    action = 0
    for _ in range(steps):
        if random.random() < 0.3:
            action = int(random.integers(space.n))
        observation, *rest = subject.apply(Step(action))
        results.append((observation.tobytes(), *rest))
        if rest[1] or rest[2]:
            results.append(subject.apply(Reset())[0].tobytes())
    return results


def follow(env_id: str, trials: int, **kwargs: Any) -> None:
    """Play one environment, and bring another to the same point time and again."""
    subject, other = subject_of(env_id, 3, **kwargs), subject_of(env_id, 4, **kwargs)
    for trial in range(trials):
        play(subject, 1 + 7 * trial % 23, trial)
        other.restore(subject.capture())
        assert play(other, 5, trial) == play(subject, 5, trial)


def shown_masks(subject: AleSubject) -> list[bytes]:
    """Where the TIA would draw both missiles and the ball, which ALE does not tell. It ends the game.

    It runs a frame in which one of them alone is enabled, and nothing is written to the registers that place them.
    """
    return [_frame(subject, _enabled(bit), _WAIT)[100].tobytes() for bit in (0x02, 0x08, 0x10)]


def misplace_masks(subject: AleSubject) -> None:
    """Leave the TIA with masks of another place and size."""
    _frame(subject, {field: 77 for field in (43, 44, 45)}, "A9 35 85 04 85 05 85 0A" + _WAIT)


# 6502: 255 lines pass, then VSYNC is held for three.
_WAIT = "A2 FF 85 02 CA D0 FB A9 02 85 00 85 02 85 02 85 02 A9 00 85 00"
# By their places among the numbers that the TIA serializes.
_COLOURS = {13: 0x1E1E1E1E, 14: 0x2E2E2E2E, 15: 0x4E4E4E4E, 16: 0}
_FALSE = 0xBAD1BAD2
_NOTHING_ELSE = {10: 0, 18: 0, 21: 0, 46: 0, 47: 0, 49: _FALSE, 50: _FALSE}


def _enabled(bit: int) -> dict[int, int]:
    return {8: bit, **_COLOURS, **_NOTHING_ELSE}


def _frame(subject: AleSubject, tia: dict[int, int], program: str) -> Any:
    """The picture after one frame of `program`, with some of the TIA's serialized numbers replaced."""
    emulator = emulator_of(subject)
    state = emulator.state()
    head = bytearray(state.head)
    start = head.index(b"\x03\x00\x00\x00TIA") + 7
    for field, value in tia.items():
        struct.pack_into("<I", head, start + 4 * field, value)
    emulator.set_state(state._replace(head=bytes(head)).running(bytes.fromhex(program)))
    emulator.ale.act(0, 1.0)
    return emulator.ale.getScreen()
