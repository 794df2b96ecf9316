"""One environment on the server: the calls that an `Env` and a `VectorEnv` have in common."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any, Literal, NamedTuple, Self

import gymnasium
import numpy as np

from gymnasium_http import exact
from gymnasium_http.connection import Connection, new_key
from gymnasium_http.errors import GymHTTPError, InstanceNotFound, ServerFailed, ServerGone
from gymnasium_http.interface import Interface
from gymnasium_http.rollout import OnEnd, Request, Rollout, Series, rollout


class _Call(NamedTuple):
    method: str
    path: str
    content: bytes | None


class Instance:
    """An environment that lives on the server until it is closed there, or nothing is written to it for long.

    It outlives this object, this process and the server: `attach` continues it by its `instance_id`. Pickled, it
    is the same environment elsewhere; copied by `copy.deepcopy`, it is forked.
    """

    closed = False

    def __init__(self, connection: Connection, instance_id: str, interface: Interface) -> None:
        """Use `make`, `make_vec` or `attach`."""
        self.connection = connection
        self.instance_id = instance_id
        self.interface = interface
        self._unsettled: tuple[_Call, str] | None = None
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

    def fork(self, count: int = 1, *, reseed: int | None = None) -> list[Self]:
        """New environments that continue from here exactly as this one does.

        Args:
            count: How many.
            reseed: Makes the generators of fork i, and of its spaces here, anew from
                `numpy.random.SeedSequence(reseed, spawn_key=(i,))`.
        """
        reply = self._change("fork/", {"count": count, "reseed": reseed})
        forks = []
        for number, instance_id in enumerate(reply["instance_ids"]):
            interface = deepcopy(self.interface)
            if reseed is not None:
                seeds = np.random.SeedSequence(reseed, spawn_key=(number,)).generate_state(len(interface.spaces))
                for space, seed in zip(interface.spaces.values(), seeds, strict=True):
                    space.seed(int(seed))
            forks.append(type(self)(self.connection, instance_id, interface))
        return forks

    def checkpoint(self, name: str = "") -> str:
        """Keep the state of now, to go back to; the checkpoint's id. It lives as long as the environment."""
        checkpoint_id: str = self._change("checkpoints/", {"name": name})["checkpoint_id"]
        return checkpoint_id

    def checkpoints(self) -> list[dict[str, Any]]:
        """The checkpoints, oldest first, each with `checkpoint_id`, `name`, `created`, `steps` and more."""
        found: list[dict[str, Any]] = self._read("checkpoints/")["checkpoints"]
        return found

    def restore(self, checkpoint_id: str) -> None:
        """Go back to a checkpoint, which stays.

        Raises:
            CheckpointNotFound: there is none of this id.
        """
        self._change("restore/", {"checkpoint_id": checkpoint_id})

    def delete_checkpoint(self, checkpoint_id: str) -> None:
        """Delete a checkpoint.

        Raises:
            CheckpointNotFound: there is none of this id.
        """
        self._change(f"checkpoints/{checkpoint_id}/", method="DELETE")

    def record(self) -> dict[str, Any]:
        """How far the environment is: `steps`, `episode`, `episode_return`, `ended`, `revision`, times, more."""
        found: dict[str, Any] = self._read("")
        return found

    def rollout(
        self,
        actions: Any = None,
        *,
        policy: str | None = None,
        steps: int | None = None,
        include: Sequence[Series] = ("observations", "rewards", "terminations", "truncations"),
        on_end: OnEnd | None = None,
        steps_per_call: int = 1000,
        progress: bool | None = None,
    ) -> Rollout:
        """Many steps in few calls: each call is one load and one save on the server, and all or nothing.

        Args:
            actions: The actions, in order; an array has them along its first axis.
            policy: "random" draws `steps` actions by the action space's generator on the server, in their place.
            steps: How many.
            include: What to return of every step.
            on_end: At an episode's end, "stop" leaves the remaining actions; "reset" begins another episode,
                without a seed; "continue" steps on, as in process. By default "stop", or what the autoreset
                mode does.
            steps_per_call: How many steps go into one call at most; fewer where the server wants it.
            progress: Whether tqdm shows a bar; by default on a terminal, for several calls.

        Raises:
            InvalidAction: an action is no member of the space; `problem["index"]` is its place in the call that
                failed. The steps of the calls before are applied.
        """
        request = Request(actions, policy, steps, include, on_end, steps_per_call)
        return rollout(lambda body: self._change("rollout/", body, exactly=True), request, progress)

    def close(self) -> None:
        """Delete the environment on the server; closing again does nothing."""
        if self.closed:
            return
        # It may have expired, or been closed by a call whose reply was lost: it is gone, as it should be.
        with suppress(InstanceNotFound):
            self._change("", method="DELETE")
        self.detach()

    def detach(self) -> str:
        """Leave the environment on the server for `attach` to continue, and close this object; the id."""
        self.closed = True
        self.connection.users.discard(self)
        if not self.connection.users:
            self.connection.close()
        return self.instance_id

    def _reset(self, seed: Any, options: Mapping[str, Any] | None) -> tuple[Any, dict[str, Any]]:
        body = {"seed": exact.plain(seed), "options": exact.plain(options)}
        reply = self._change(
            "reset/", {name: value for name, value in body.items() if value is not None}, exactly=True
        )
        return reply["observation"], reply["info"]

    def _step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        reply = self._change("step/", {"action": action}, exactly=True)
        return reply["observation"], reply["reward"], reply["terminated"], reply["truncated"], reply["info"]

    def _render(self) -> Any:
        # Drawing may change the environment: rgb_array_list empties its list.
        return self._change("monitor/render/", method="GET", exactly=True)["picture"]

    def _read(self, path: str) -> Any:
        self._check_open()
        return self.connection.call("GET", f"/v1/envs/{self.instance_id}/{path}")

    def _change(
        self, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST", exactly: bool = False
    ) -> Any:
        """A call that is applied once: one that ended without an answer keeps its key when it is made again."""
        self._check_open()
        content = None if body is None else exact.pack(body)
        call = _Call(method, f"/v1/envs/{self.instance_id}/{path}", content)
        key = self._unsettled[1] if self._unsettled is not None and self._unsettled[0] == call else new_key()
        self._unsettled = call, key
        try:
            value = self.connection.call(*call, key=key, exactly=exactly)
        except GymHTTPError as error:
            if not isinstance(error, ServerGone | ServerFailed):
                self._unsettled = None
            raise
        self._unsettled = None
        return value

    def _check_open(self) -> None:
        if self.closed:
            raise gymnasium.error.ClosedEnvironmentError(
                "The environment was closed; make another, or attach to one that exists."
            )
