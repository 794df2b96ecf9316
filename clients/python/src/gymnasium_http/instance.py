"""One environment on the server: the methods that `HTTPEnv` and `HTTPVectorEnv` share."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import urlencode

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec

from gymnasium_http.errors import GymHTTPError, InstanceNotFound, ServerFailed, ServerGone
from gymnasium_http.explore import Column, Futures
from gymnasium_http.explore import body as exploration
from gymnasium_http.interface import Interface
from gymnasium_http.recorded import Recorded
from gymnasium_http.rollout import OnEnd, Request, Rollout, Series, rollout
from gymnasium_http.specs import completed
from gymnasium_http.transport import exact
from gymnasium_http.transport.connection import Connection, new_key
from gymnasium_http.transport.session import NoReply, Session

_RENDER = "render/"

_OF_SESSIONS = frozenset(("step/", "reset/", "rollout/", "explore/", _RENDER))
"""The calls that are made often enough for a session."""


class _Call(NamedTuple):
    method: str
    path: str
    content: bytes | None
    pid: int
    """The process, since the same call in a forked one is another call."""


class Instance(Recorded):
    """An environment that is kept on the server until it is closed, or nothing was written to it for a week.

    It outlives this object, this process and the server: `attach` continues it by its `instance_id`. Unpickling
    gives the same environment in another process; `copy.deepcopy` forks it.
    """

    closed = False

    def __init__(self, connection: Connection, instance_id: str, interface: Interface) -> None:
        """Use `make`, `make_vec` or `attach`."""
        super().__init__(connection, instance_id)
        self.interface = interface
        self._unsettled: dict[str, tuple[_Call, str]] = {}
        self._session = Session(connection, instance_id)
        connection.users.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.connection, self.instance_id, self.interface)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        [twin] = self.fork()
        return twin

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> Literal[False]:
        self.close()
        return False

    @property
    def transport(self) -> str:
        """What carries its calls now: `session`, where the server has them and one is open, or else `http`."""
        return "session" if self._session.is_open else "http"

    @property
    def spec(self) -> EnvSpec | None:
        """The environment's spec, whose entry point makes another on the server."""
        return self.interface.spec

    @spec.setter
    def spec(self, given: EnvSpec) -> None:  # by gymnasium.make
        self.interface = self.interface._replace(spec=completed(given, self.interface.spec, self.connection))

    def fork(self, count: int = 1, *, reseed: int | None = None, revision: int | str | None = None) -> list[Self]:
        """Create copies that continue from the current state exactly as this environment would.

        Args:
            count: The number of copies.
            reseed: Seeds the generators of copy i, and of its spaces here, from
                `numpy.random.SeedSequence(reseed, spawn_key=(i,))`.
            revision: A recorded revision to continue from, or `"R.k"` for call k of those that made it.
        """
        body = {"count": count, "reseed": exact.seed(reseed)}
        reply = self._change("fork/", body if revision is None else {**body, "revision": revision})
        forks = []
        for number, instance_id in enumerate(reply["instance_ids"]):
            fork = self._like(instance_id, now=revision is None)
            if reseed is not None:
                spaces = fork.interface.spaces.values()
                seeds = np.random.SeedSequence(reseed, spawn_key=(number,)).generate_state(len(spaces))
                for space, seed in zip(spaces, seeds, strict=True):
                    space.seed(int(seed))
            forks.append(fork)
        return forks

    def checkpoint(self, name: str = "") -> str:
        """Save the current state and return the checkpoint's id. It is kept as long as the environment."""
        checkpoint_id: str = self._change("checkpoints/", {"name": name})["checkpoint_id"]
        return checkpoint_id

    def checkpoints(self) -> list[dict[str, Any]]:
        """The checkpoints, oldest first, each with `checkpoint_id`, `name`, `created`, `steps` and more."""
        found: list[dict[str, Any]] = self._read("checkpoints/")["checkpoints"]
        return found

    def restore(self, checkpoint_id: str | None = None, *, revision: int | str | None = None) -> None:
        """Restore a checkpoint, which stays, or go back to a recorded revision, or call `"R.k"` of it.

        Raises:
            CheckpointNotFound: there is none with this id.
            RevisionNotFound: the revision was not recorded.
        """
        self._change("restore/", _state(checkpoint_id, revision))
        if self.interface.changing:
            self._follow(self._read("interface/", exactly=True))

    def delete_checkpoint(self, checkpoint_id: str) -> None:
        """Delete a checkpoint.

        Raises:
            CheckpointNotFound: there is none with this id.
        """
        self._change(f"checkpoints/{checkpoint_id}/", method="DELETE")

    def snapshot(self, checkpoint_id: str | None = None, *, revision: int | str | None = None) -> bytes:
        """The current state as a signed file, of which `from_snapshot` makes an environment.

        Or that of a checkpoint, of a recorded revision, or of call `"R.k"` of it.

        Raises:
            CheckpointNotFound: there is no checkpoint with this id.
            RevisionNotFound: the revision was not recorded.
        """
        self._check_open()
        query = urlencode(_state(checkpoint_id, revision))
        return self.connection.download(f"/v1/envs/{self.instance_id}/snapshot/{query and f'?{query}'}")

    def recording(self, on: bool = True, name: str | None = None) -> None:
        """Record every call on the server from now on, or no longer; `name` is the recording's, for people."""
        self._change("record/", {"on": on} if name is None else {"on": on, "name": name})

    def record(self) -> dict[str, Any]:
        """The environment's record: `steps`, `episode`, `episode_return`, `ended`, `revision`, times and more."""
        found: dict[str, Any] = self._read("")
        return found

    def rollout(
        self,
        actions: Any = None,
        *,
        policy: str | None = None,
        steps: int | None = None,
        probability: float | None = None,
        include: Sequence[Series] = ("observations", "rewards", "terminations", "truncations"),
        on_end: OnEnd | None = None,
        steps_per_call: int = 1000,
        progress: bool | None = None,
    ) -> Rollout:
        """Make many steps in few calls. Each call is one load and one save, and is applied whole or not at all.

        Args:
            actions: The actions in order; in an array, along its first axis.
            policy: Instead of actions, "random" samples them from the action space on the server, and "repeat"
                takes the one before again with `probability`.
            steps: The number of steps, with a policy.
            probability: With "repeat", how probable it is that an action is the one before it again.
            include: What to return for every step.
            on_end: At an episode's end, "stop" skips the remaining actions, "reset" begins another episode without
                a seed, and "continue" steps on, as in process. The default is "stop", or what the autoreset mode
                says.
            steps_per_call: The most steps in one call. The server may require fewer.
            progress: Whether tqdm shows a bar. By default it does on a terminal if there are several calls.

        Raises:
            InvalidAction: an action is not in the space; `problem["index"]` is its index in the call that failed.
                The steps of earlier calls were applied.
        """
        request = Request(actions, policy, steps, include, on_end, steps_per_call, probability)
        return rollout(lambda body: self._follow(self._change("rollout/", body, exactly=True)), request, progress)

    def explore(
        self,
        sequences: Any = None,
        *,
        policy: str | None = None,
        count: int | None = None,
        steps: int | None = None,
        seed: int | None = None,
        probability: float | None = None,
        checkpoint_id: str | None = None,
        revision: int | str | None = None,
        on_end: Literal["stop", "reset"] | None = None,
        discount: float = 1.0,
        reseed: int | None = None,
        include: Sequence[Column] = ("returns", "steps", "terminations", "truncations"),
        keep: int | Sequence[int] | None = None,
    ) -> Futures[Self]:
        """Apply many sequences of actions, each from the same state. This environment stays as it is.

        Args:
            sequences: Lists of actions of one length; in an array, the first two axes are over them.
            policy: Instead of sequences, "random" draws them on the server, and "repeat" takes the action before
                again with `probability`.
            count: The number of sequences, with a policy.
            steps: The number of actions of each, with a policy.
            seed: Draws sequence i from `numpy.random.SeedSequence(seed, spawn_key=(i,))`; by default 0.
            probability: With "repeat", how probable it is that an action is the one before it again.
            checkpoint_id: Where they begin, if not at the current state.
            revision: Likewise: a recorded revision, or `"R.k"` for call k of those that made it.
            on_end: At an episode's end, "stop" ends the future, as by default, and "reset" begins another episode.
            discount: The weight of each reward against the one before.
            reseed: Gives future i the generators of fork i with this reseed.
            include: What to return of every future.
            keep: How many of the best, or the indices of those that become environments.

        Raises:
            InvalidAction: an action is not in the space; `problem["sequence"]` and `problem["index"]` say which.
            InvalidValue: there are more sequences or steps than the server allows, `problem["limit"]`.
            RevisionNotFound: the revision was not recorded.
        """
        drawn = {"policy": policy, "count": count, "steps": steps, "probability": probability}
        options = {
            "from": _state(checkpoint_id, revision) or None,
            "on_end": on_end,
            "discount": float(discount),
            "reseed": exact.seed(reseed),
        }
        given = exploration(sequences, {**drawn, "seed": exact.seed(seed)}, include, keep, options)
        if keep is None:  # nothing is written, so a call before it that got no answer can still be repeated
            self._check_open()
            reply = self._carry("POST", "explore/", exact.pack(given), new_key(), exactly=True)
        else:
            reply = self._change("explore/", given, exactly=True)
        kept = {each["index"]: self._like(each["instance_id"], now=False) for each in reply.pop("kept")}
        return Futures(**reply, kept=kept)

    def close(self) -> None:
        """Delete the environment on the server. Closing again does nothing."""
        if self.closed:
            return
        # It may have expired, or an earlier close may have lost its reply. Either way it is gone.
        with suppress(InstanceNotFound):
            self._change("", method="DELETE")
        self.detach()

    def detach(self) -> str:
        """Close this object but leave the environment on the server; return its id for `attach`."""
        self.closed = True
        self._session.close()
        self.connection.users.discard(self)
        if not self.connection.users:
            self.connection.close()
        return self.instance_id

    def _reset(self, seed: Any, options: Mapping[str, Any] | None) -> tuple[Any, dict[str, Any]]:
        body = {"seed": exact.seed(seed), "options": exact.plain(options)}
        given = {name: value for name, value in body.items() if value is not None}
        reply = self._follow(self._change("reset/", given, exactly=True))
        return reply["observation"], reply["info"]

    def _step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        reply = self._follow(self._change("step/", {"action": action}, exactly=True))
        return reply["observation"], reply["reward"], reply["terminated"], reply["truncated"], reply["info"]

    def _render(self) -> Any:
        # Rendering may change the environment: rgb_array_list empties its list.
        return self._change(_RENDER, exactly=True)["picture"]

    def _follow(self, reply: Any) -> Any:
        """Adopt the spaces in the reply, if it has any, and return the reply."""
        if "spaces" in reply:
            self.interface = self.interface.changed(reply["spaces"])
            self._show_spaces()
        return reply

    def _like(self, instance_id: str, *, now: bool) -> Self:
        """Another of this kind: in the state of now, or in one that may have other spaces."""
        other = type(self)(self.connection, instance_id, deepcopy(self.interface))
        if self.interface.changing and not now:
            other._follow(other._read("interface/", exactly=True))
        return other

    def _show_spaces(self) -> None:
        for name, space in self.interface.spaces.items():
            setattr(self, name, space)

    def _change(
        self, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST", exactly: bool = False
    ) -> Any:
        """Make a call that is applied once. Made again after no answer came, it has the same key."""
        self._check_open()
        content = None if body is None else exact.pack(body)
        call = _Call(method, f"/v1/envs/{self.instance_id}/{path}", content, os.getpid())
        # Taken out, so that the same call in another thread meanwhile has a key of its own.
        unsettled, key = self._unsettled.pop(path, (None, ""))
        if unsettled != call:
            key = new_key()
        # After another call, the next one no longer repeats one without an answer. Drawing does not count, since
        # a thread may draw at any time.
        if path != _RENDER:
            self._unsettled.clear()
        try:
            return self._carry(method, path, content, key, exactly=exactly)
        except BaseException as error:
            if not isinstance(error, GymHTTPError) or isinstance(error, ServerGone | ServerFailed):
                self._unsettled[path] = call, key
            raise

    def _carry(self, method: str, path: str, content: bytes | None, key: str, *, exactly: bool) -> Any:
        """Make a call over the session, or else over HTTP with the same key, by which it is applied once."""
        if path in _OF_SESSIONS:
            if self._session.connection is not self.connection:  # it was given another
                self._session.close()
                self._session = Session(self.connection, self.instance_id)
            try:
                return self._session.call(path[:-1], content, key)
            except NoReply:
                pass
        whole = f"/v1/envs/{self.instance_id}/{path}"
        return self.connection.call(method, whole, content, key=key, exactly=exactly)

    def _check_open(self) -> None:
        if self.closed:
            raise gymnasium.error.ClosedEnvironmentError(
                "The environment was closed; make a new one, or attach to an existing one."
            )


def _state(checkpoint_id: str | None, revision: int | str | None) -> dict[str, Any]:
    """What names a state to the server: a checkpoint or a revision. Nothing does for the current one."""
    named = {"checkpoint_id": checkpoint_id, "revision": revision}
    return {name: value for name, value in named.items() if value is not None}
