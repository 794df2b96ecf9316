"""The mechanism for Atari games: ALE's own state, and the last frames again to bring back what it leaves out."""

import threading
import zlib
from collections import OrderedDict
from typing import Any

import gymnasium
import msgspec
import numpy as np

from shared.errors import SnapshotCorrupt
from shared.snapshot.ale.machine import Machine, UnknownLayout
from shared.snapshot.attributes.attributes import Frame, Frames
from shared.snapshot.attributes.state import Changing, StateSubject, class_path
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.codec import plain
from shared.snapshot.codec.generators import generators_of, layers
from shared.snapshot.contract.calls import Call, Reseed, perform
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe

PRIVATE_NAMES = ("ale_py.env:AtariEnv._game", "gymnasium:Env._np_random_seed")
"""What this module reads of other packages that is not part of their API."""

_ENVIRONMENT = "ale_py.env.AtariEnv"
_MEMORY = "gymnasium.wrappers.stateful_observation"
_LARGEST_LAYERS = 1 << 28
_MOST_SPARES = 8

_LOSSY = frozenset(
    {
        "miniature_golf",  # MiniatureGolf.cpp saves five counters as booleans and reads them back as numbers
        "pitfall2",  # CartDPC.cxx rounds the clock of the cartridge's sound chip to eight decimals
    }
)
"""Games of whose state ALE saves too little, and nothing visible tells the rest."""

# Four raw pictures are 400 KB, and compressing them again at every call would take 1.2 ms.
_CHANGING: Changing = {
    **WRAPPER_STATE,
    _ENVIRONMENT: (),
    f"{_MEMORY}.DelayObservation": (Frames("observation_queue"),),
    f"{_MEMORY}.FrameStackObservation": (Frames("obs_queue"), Frame("padding_value")),
}


class AleMechanism:
    """Carries ALE's Gymnasium environments, under any wrappers whose state is known."""

    name = "ale"
    libraries: tuple[str, ...] = ("ale-py",)
    home = Home.EITHER

    def __init__(self) -> None:
        self._spares = _Spares()

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether it is an Atari game without sound or a screen of its own, and each of its wrappers is known.

        The sound of a frame depends on that of all before it, and ALE's state has none of it.
        """
        *wrappers, base = (class_path(layer) for layer in layers(env))
        if base != _ENVIRONMENT or any(wrapper not in WRAPPER_STATE for wrapper in wrappers):
            return False
        game: Any = env.unwrapped
        return not game.sound_obs and game.render_mode != "human" and game._game not in _LOSSY and _is_known(game)

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "AleSubject":
        """Tend a newly made environment; its interface to ALE is replaced by one that records."""
        return AleSubject(env, recipe, self._spares)

    def rebuild(self, recipe: Recipe) -> "AleSubject | None":
        """A subject of an equal recipe that was closed here, for a `restore` to follow; it saves loading the game.

        Loading takes 90 to 300 ms. ALE has no thread of its own, so another may take it over.
        """
        return self._spares.take(recipe) if recipe.num_envs is None else None


class AleSubject:
    """A live Atari environment."""

    def __init__(self, env: gymnasium.Env[Any, Any], recipe: Recipe, spares: "_Spares") -> None:
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
        assert rom is not None  # it has been loaded from there
        self._emulator = base.ale = RecordedInterface(base.ale, rom)
        if base._np_random_seed is None:
            # Its constructor makes the generator but notes no seed; reading the seed would make another generator.
            base._np_random_seed = -1

    def apply(self, call: Call) -> Any:
        """Make the call on the environment; ALE's generator is reseeded after numpy's, from the next child."""
        self._whole = False
        result = perform(self.env, call)
        if isinstance(call, Reseed):
            numpys = len(generators_of(self.env))
            [own] = np.random.SeedSequence(call.entropy, spawn_key=(*call.spawn_key, numpys)).generate_state(1)
            self._emulator.reseed(int(own))
        self._whole = True
        return result

    def capture(self) -> bytes:
        """The wrappers and generators, and the emulator: about 3.3 KB without wrappers that hold pictures."""
        return plain.dumps([zlib.compress(self._layers.capture(), 1), *self._emulator.capture()])

    def restore(self, body: bytes) -> None:
        """Bring this environment, whatever it did before, to where it was captured, and check that it is there."""
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
        """Leave the environment, with its loaded game, to who asks for an equal one next, unless a call failed."""
        if self._whole:
            self._spares.give(self)


class _Spares:
    """Closed subjects, at most eight (0.6 MB each), the longest unused dropped first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[bytes, AleSubject]] = OrderedDict()
        self._lock = threading.Lock()

    def give(self, subject: AleSubject) -> None:
        with self._lock:
            self._kept[id(subject)] = (_make_of(subject.recipe), subject)  # closed twice, it is still one
            while len(self._kept) > _MOST_SPARES:
                self._kept.popitem(last=False)

    def take(self, recipe: Recipe) -> AleSubject | None:
        wanted = _make_of(recipe)
        with self._lock:
            for key, (make, _) in reversed(self._kept.items()):
                if make == wanted:
                    return self._kept.pop(key)[1]
        return None


def _is_known(game: Any) -> bool:
    """Whether this ALE serialises the game in the order that is known; another release may not."""
    try:
        machine = Machine.of(game.ale.cloneSystemState().serialize())
        machine.check(machine)
    except UnknownLayout:
        return False
    return True


def _make_of(recipe: Recipe) -> bytes:
    """What two environments must have in common to stand in for each other; their seeds are in their states."""
    autoreset = recipe.autoreset if recipe.num_envs is None else "Disabled"  # a vector resets its environments
    return msgspec.msgpack.encode(msgspec.structs.replace(recipe, seed=None, num_envs=None, autoreset=autoreset))


def _decompressed(compressed: bytes) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        state = decompressor.decompress(compressed, _LARGEST_LAYERS)
    except zlib.error as error:
        raise SnapshotCorrupt(f"The wrappers' state cannot be read: {error}.") from error
    if not decompressor.eof:
        raise SnapshotCorrupt("The wrappers' state is larger than any that this mechanism writes.")
    return state


ALE = AleMechanism()
