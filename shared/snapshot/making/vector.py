"""Carrying a `gymnasium.vector.SyncVectorEnv`: each of its environments by their mechanism, and its own state."""

from collections.abc import Callable
from typing import Any

import gymnasium
from gymnasium.vector import SyncVectorEnv

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.contract.calls import Call, Render, Reseed, Reset, Step, perform
from shared.snapshot.contract.mechanism import Mechanism, Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import GeneratorStates, spaces_of
from shared.snapshot.making.make import make

# `_env_obs`, the last observations: a reset of only some environments returns the others' again.
_OWN_STATE = ("_env_obs", "_rewards", "_terminations", "_truncations", "_autoreset_envs")
PRIVATE_NAMES = tuple(f"gymnasium.vector:SyncVectorEnv.{name}" for name in _OWN_STATE)
"""What this module reads of other packages that is not part of their API."""


def adopt(mechanism: Mechanism, env: Any, recipe: Recipe) -> Subject:
    """A subject for a new environment, or for a vector, each of whose environments the mechanism adopts."""
    if isinstance(env, SyncVectorEnv):
        return _VectorSubject(mechanism, env, recipe)
    return mechanism.adopt(env, recipe)


def begun(mechanism: Mechanism, recipe: Recipe, make: Callable[[Recipe], Any] = make) -> Subject:
    """A subject for an environment that is made now, by `make`, or as the mechanism makes it."""
    begin = getattr(mechanism, "begin", None)
    subject: Subject = begin(recipe, make) if begin else adopt(mechanism, make(recipe), recipe)
    return subject


def adopt_to_serve(mechanism: Mechanism, env: Any, recipe: Recipe) -> tuple[Subject, bytes]:
    """A subject for a new environment, on which calls may be made, and its first state.

    It is restored from that state first. A new environment may hold what its class or a module holds, such as a
    board that all instances would write into; what comes out of a snapshot is its own.
    """
    return _to_serve(adopt(mechanism, env, recipe))


def begun_to_serve(
    mechanism: Mechanism, recipe: Recipe, make: Callable[[Recipe], Any] = make
) -> tuple[Subject, bytes]:
    """The same for an environment that is made now, as `begun` makes it."""
    return _to_serve(begun(mechanism, recipe, make))


def _to_serve(subject: Subject) -> tuple[Subject, bytes]:
    try:
        body = subject.capture()
        subject.restore(body)
    except BaseException:
        subject.close()
        raise
    return subject, body


def subject_to_restore(mechanism: Mechanism, recipe: Recipe) -> Subject:
    """A subject whose state does not matter: a closed one that the mechanism has kept, or a new one."""
    rebuild = getattr(mechanism, "rebuild", None)
    subject: Subject = (rebuild and rebuild(recipe)) or begun(mechanism, recipe)
    return subject


def bodies_in(recipe: Recipe, body: bytes) -> list[bytes]:
    """The states of a vector's environments, or the one state of an environment.

    Raises:
        SnapshotCorrupt: the bytes are of no vector.
    """
    match [body] if recipe.num_envs is None else plain.loads(body):
        case [list(bodies), _, _]:
            return bodies
        case [bytes(single)]:
            return [single]
        case _:
            raise SnapshotCorrupt("The state in the snapshot is not that of a vector.")


class _Tended(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Passes a vector's calls on one environment to its subject, since the mechanism may have to see them."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject.env)
        self.subject = subject

    def step(self, action: Any) -> Any:
        """`Env.step` through the subject."""
        return self.subject.apply(Step(action))

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """`Env.reset` through the subject."""
        return self.subject.apply(Reset(seed, options))

    def render(self) -> Any:
        """`Env.render` through the subject."""
        return self.subject.apply(Render())

    def restore(self, body: bytes) -> None:
        """Restore the subject. Its environment may be another object afterwards."""
        self.subject.restore(body)
        self.env = self.subject.env


class _VectorSubject:
    """A live vector. It takes the same calls as one environment, on batches."""

    def __init__(self, mechanism: Mechanism, env: SyncVectorEnv, recipe: Recipe) -> None:
        self.env: Any = env
        singles = {id(space) for each in env.envs for space in spaces_of(each)}
        own_spaces = [space for space in spaces_of(env) if id(space) not in singles]
        self._generators = GeneratorStates(own_spaces)
        self._tended = [_Tended(mechanism.adopt(each, recipe)) for each in env.envs]
        env.envs = list(self._tended)
        self._share_spaces()

    def apply(self, call: Call) -> Any:
        """Make the call on all environments. `Reseed` gives each a child of the seed sequence of its own."""
        if isinstance(call, Reseed):
            for number, tended in enumerate(self._tended):
                tended.subject.apply(Reseed(call.entropy, (*call.spawn_key, number)))
            self._generators.reseed(call.entropy, call.spawn_key)
            return None
        return perform(self.env, call)

    def capture(self) -> bytes:
        """The state of each environment, and what the vector itself keeps of the last call."""
        return plain.dumps(
            [
                [tended.subject.capture() for tended in self._tended],
                [getattr(self.env, name) for name in _OWN_STATE],
                self._generators.read(),
            ]
        )

    def restore(self, body: bytes) -> None:
        """Restore each environment and the vector's own state."""
        match plain.loads(body):
            case [list(bodies), list(own), list(generators)] if (
                len(bodies) == len(self._tended)
                and len(generators) == len(self._generators)
                and len(own) == len(_OWN_STATE)
            ):
                pass
            case _:
                raise SnapshotCorrupt("The state in the snapshot belongs to a vector of another make.")
        for tended, each in zip(self._tended, bodies, strict=True):
            tended.restore(each)
        self._share_spaces()
        for name, value in zip(_OWN_STATE, own, strict=True):
            setattr(self.env, name, value)
        self._generators.write(generators)

    def close(self) -> None:
        """Close each subject."""
        for tended in self._tended:
            tended.subject.close()

    def _share_spaces(self) -> None:
        """Take the single spaces from the first environment, which its subject may have replaced."""
        self.env.single_action_space = self._tended[0].action_space
        self.env.single_observation_space = self._tended[0].observation_space
