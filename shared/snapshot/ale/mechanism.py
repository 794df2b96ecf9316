"""The mechanism for Atari games: ALE's own state, and the last frames repeated for what ALE leaves out of it."""

import zlib
from typing import Any

import gymnasium
import numpy as np

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.ale.spares import Spares
from shared.snapshot.ale.system_state import SystemState, UnknownLayout
from shared.snapshot.attributes.attributes import Frame, Frames
from shared.snapshot.attributes.state import Changing, StateSubject, class_path
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.contract.calls import Call, Reseed, perform
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import generators_of, layers

PRIVATE_NAMES = ("ale_py.env:AtariEnv._game", "gymnasium:Env._np_random_seed")
"""What this module reads of other packages that is not part of their API."""

_ENVIRONMENT = "ale_py.env.AtariEnv"
_MEMORY = "gymnasium.wrappers.stateful_observation"
_LARGEST_LAYERS_BYTES = 1 << 28

_LOSSY = frozenset(
    {
        "miniature_golf",  # MiniatureGolf.cpp saves five counters as booleans and reads them back as numbers
        "pitfall2",  # CartDPC.cxx rounds the clock of the cartridge's sound chip to eight decimals
    }
)
"""Games of which ALE saves too little, and nothing visible tells the rest."""

# Four raw pictures are 400 KB, and compressing them again at every call would take 1.2 ms.
_CHANGING: Changing = {
    **WRAPPER_STATE,
    _ENVIRONMENT: (),
    f"{_MEMORY}.DelayObservation": (Frames("observation_queue"),),
    f"{_MEMORY}.FrameStackObservation": (Frames("obs_queue"), Frame("padding_value")),
}


class AleMechanism:
    """Carries ALE's Gymnasium environments, in any wrappers whose state is known."""

    name = "ale"
    libraries: tuple[str, ...] = ("ale-py",)
    home = Home.EITHER

    def __init__(self) -> None:
        self._spares: Spares[AleSubject] = Spares()

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether it is an Atari game without sound or a window, and each of its wrappers is known.

        A frame's sound depends on that of all frames before it, and ALE's state has none of it.
        """
        *wrappers, base = (class_path(layer) for layer in layers(env))
        if base != _ENVIRONMENT or any(wrapper not in WRAPPER_STATE for wrapper in wrappers):
            return False
        game: Any = env.unwrapped
        return not game.sound_obs and game.render_mode != "human" and game._game not in _LOSSY and _is_known(game)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "AleSubject":
        """Tend a newly made environment, whose `ALEInterface` is replaced by one that records."""
        return AleSubject(env, recipe, self._spares)

    def rebuild(self, recipe: Recipe) -> "AleSubject | None":
        """A closed subject of an equal recipe, to be restored next, or None.

        It saves loading the game, 90 to 300 ms. Any thread may take it over: ALE keeps nothing by thread.
        """
        return self._spares.take(recipe) if recipe.num_envs is None else None


class AleSubject:
    """A live Atari environment."""

    def __init__(self, env: gymnasium.Env[Any, Any], recipe: Recipe, spares: "Spares[AleSubject]") -> None:
        # Not everyone has ale-py, and importing it registers 350 environments.
        from ale_py.roms import get_rom_path

        from shared.snapshot.ale.recorder import RecordedInterface

        self.env = env
        self.recipe = recipe
        self._spares = spares
        self._whole = True
        self._layers = StateSubject(env, _CHANGING)
        base: Any = env.unwrapped
        rom = get_rom_path(base._game)
        assert rom is not None  # the game has been loaded from there
        self._emulator = base.ale = RecordedInterface(base.ale, rom)
        if base._np_random_seed is None:
            # ALE's constructor makes the generator without a seed; reading the seed would make another generator.
            base._np_random_seed = -1

    def apply(self, call: Call) -> Any:
        """Make the call on the environment. ALE's generator is reseeded after numpy's, from the next child."""
        self._whole = False
        result = perform(self.env, call)
        if isinstance(call, Reseed):
            numpys = len(generators_of(self.env))
            [own] = np.random.SeedSequence(call.entropy, spawn_key=(*call.spawn_key, numpys)).generate_state(1)
            self._emulator.reseed(int(own))
        self._whole = True
        return result

    def capture(self) -> bytes:
        """The wrappers, the generators and the emulator: about 3.3 KB without wrappers that hold pictures."""
        return plain.dumps([zlib.compress(self._layers.capture(), 1), *self._emulator.capture()])

    def restore(self, body: bytes) -> None:
        """Bring this environment, whatever it did before, to the captured point, and check that it is there."""
        match plain.loads(body):
            case [bytes(compressed), *emulator]:
                pass
            case _:
                raise SnapshotCorrupt("The state in the snapshot is not of the form this mechanism writes.")
        self._whole = False
        self._emulator.restore(emulator)
        self._layers.restore(_decompressed(compressed))
        self._whole = True

    def close(self) -> None:
        """Keep the environment with its loaded game for the next equal recipe, unless a call has failed."""
        if self._whole:
            self._spares.give(self.recipe, self)


def _is_known(game: Any) -> bool:
    """Whether the installed ALE serializes the game in the known order; another release may not."""
    try:
        state = SystemState.of(game.ale.cloneSystemState().serialize())
        state.check(state)
    except UnknownLayout:
        return False
    return True


def _decompressed(compressed: bytes) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        state = decompressor.decompress(compressed, _LARGEST_LAYERS_BYTES)
    except zlib.error as error:
        raise SnapshotCorrupt(f"The wrappers' state cannot be read: {error}.") from error
    if not decompressor.eof:
        raise SnapshotCorrupt("The wrappers' state is cut short, or larger than any that this mechanism writes.")
    return state


ALE = AleMechanism()
