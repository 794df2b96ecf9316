"""stable-retro's environment, with the emulator's state between any two calls.

What is read of it and what follows from that, with stable-retro 1.0.1:

- `set_state` leaves the screen as it was. So a snapshot has the state *before* a call, and the call is made again.
- A core may write addresses into its state, as Genesis Plus GX does, and puts its own in their place when it reads
  them. So an equal state has other bytes in another process, and a restore is checked by the console's memory.
- The emulator's state is not all. `GameData` keeps a copy of the memory of the step before, from which rewards and
  ends are computed; `update_ram` makes it anew from the emulator. `GameData.reset` begins its totals anew, which
  no reply tells.
- A scenario with scripts keeps variables of Lua that nothing reads, so it is left to a journal.
- Buttons are set at every call, for all players, and cheats by nobody. A recorded film is a file.
- A process holds one emulator, and loading one takes 25 ms: a garbage collection, most of it.
"""

import hashlib
from pathlib import Path
from typing import Any, cast

import gymnasium

from shared.snapshot.attributes.state import class_path
from shared.snapshot.contract.calls import Call, Render
from shared.snapshot.replay.journal import DeterministicCore
from shared.snapshot.replay.replay import diverged
from shared.snapshot.retro.emulator_state import can_be_read, packed, set_state, state_of, unpacked

PRIVATE_NAMES = (
    "gymnasium:Env._np_random_seed",
    "stable_retro.retro_env:RetroEnv._update_obs",
    "stable_retro.retro_env:RetroEnv._ezpickle_args",
)
"""What this module reads of other packages that is not part of their API."""

_CLASS = "stable_retro.retro_env.RetroEnv"
_SCENARIO, _INTEGRATION = 2, 7
"""Which of the constructor's arguments are the scenario and where its files are."""


class RetroCore(DeterministicCore):
    """Goes on from the state before any call."""

    def __init__(self, env: gymnasium.Env[Any, Any], seed: bytes) -> None:
        super().__init__(env, seed)
        self._retro = cast(Any, env)
        self._versions = super().versions()
        self._state = state_of(self._retro.em)

    @property
    def restarts(self) -> bool:
        """See `Replayable.restarts`."""
        return True

    def clear(self) -> bool:
        """See `Replayable.clear`."""
        self._spent_s = 0.0
        return True

    def versions(self) -> dict[str, str]:
        """See `Replayable.versions`."""
        return self._versions

    def residue(self) -> Any:
        """See `Replayable.residue`."""
        return [self._global_rng.state(), self._retro._np_random_seed, packed(self._state)]

    def set_residue(self, value: Any) -> None:
        """See `Replayable.set_residue`."""
        env = self._retro
        rng, env._np_random_seed, state = value
        self._global_rng.set_state(rng)
        self._state = unpacked(state)
        if not set_state(env.em, self._state):
            raise diverged("The emulator did not take the state in the snapshot")
        env.data.reset()
        env.data.update_ram()
        env._update_obs()  # an old screen: what follows is a call, which draws

    def perform(self, call: Call) -> Any:
        """See `Replayable.perform`. A frame shows the last observation and changes nothing."""
        last, spent_s = self._last, self._spent_s
        result = super().perform(call)
        if isinstance(call, Render):
            self._last, self._spent_s = last, spent_s
        else:
            self._state = state_of(self._retro.em)
        return result

    def fingerprint(self) -> Any:
        """See `Replayable.fingerprint`."""
        seen = hashlib.blake2b(self._retro.get_ram(), digest_size=16)
        if self._retro.img is None:  # observations are the memory, and a frame shows what no reply has told
            seen.update(self._retro.em.get_screen())
        return [self._last, seen.digest()]


def is_retro(env: gymnasium.Env[Any, Any]) -> bool:
    """Whether the core is an environment of stable-retro all of whose state can be told."""
    if class_path(env) != _CLASS or not can_be_read():
        return False
    core: Any = env
    records = core.movie is not None or core.movie_path is not None
    return not records and core.render_mode != "human" and not _has_scripts(core)


def _has_scripts(env: Any) -> bool:
    """Whether the scenario has scripts, or cannot be read."""
    from stable_retro.data import get_file_path

    scenario = env._ezpickle_args[_SCENARIO] or "scenario"
    if scenario.endswith(".json"):
        path = scenario
    else:
        path = get_file_path(env.gamename, f"{scenario}.json", env._ezpickle_args[_INTEGRATION])
    return path is None or "script" in Path(path).read_text()
