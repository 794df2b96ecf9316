"""Making environments on a server, and attaching to those that exist, whether one waits or awaits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gymnasium.envs.registration import VectorizeMode
from gymnasium.vector import AutoresetMode

from gymnasium_http.errors import GymHTTPError, ServerGone
from gymnasium_http.instance import Instance
from gymnasium_http.interface.interface import Interface
from gymnasium_http.interface.specs import EntryPoint
from gymnasium_http.transport import exact
from gymnasium_http.transport.caller import Caller, new_key

OneT = TypeVar("OneT", bound=Instance)
ManyT = TypeVar("ManyT", bound=Instance)

Wrapper = str | Mapping[str, Any]
"""The name of one of `gymnasium.wrappers`, or `{"name": ..., "kwargs": {...}}`."""

_LONGEST_PAGE = 1000


@dataclass(frozen=True)
class Maker(Generic[OneT, ManyT]):
    """Makes environments of its classes over one connection."""

    connection: Caller
    one: type[OneT]
    """Of one environment."""
    many: type[ManyT]
    """Of several in a vector."""
    entry_point: Callable[[Mapping[str, Any]], EntryPoint]
    """That of a spec which the server described."""

    async def attach(self, instance_id: str) -> OneT | ManyT:
        """Continue an existing environment."""
        path = f"/v1/envs/{instance_id}/interface/"
        interface = Interface.of(await self.connection.ask("GET", path, exactly=True), self.entry_point)
        kind = self.one if interface.num_envs is None else self.many
        return kind(self.connection, instance_id, interface)

    async def create(
        self,
        *,
        wrappers: Sequence[Wrapper],
        autoreset: AutoresetMode | str | None,
        kwargs: Mapping[str, Any],
        seed: int | None,
        **plain: Any,
    ) -> OneT | ManyT:
        """Send the creation's body, without what is None, and attach to what it made."""
        body = {
            **plain,
            "wrappers": exact.plain(
                [{"name": each} if isinstance(each, str) else dict(each) for each in wrappers]
            ),
            "autoreset": None if autoreset is None else AutoresetMode(autoreset).value,
            "kwargs": exact.plain(kwargs),
            "seed": exact.seed(seed),
        }
        content = exact.pack({name: value for name, value in body.items() if value is not None})
        reply = await self.connection.ask("POST", "/v1/envs/", content, key=new_key())
        env = await self._attach_new(reply["instance_id"])
        if seed is not None:
            env.interface.spaces["action_space"].seed(int(seed))
            env.interface.spaces["observation_space"].seed(int(seed))
        return env

    async def from_snapshot(self, snapshot: bytes) -> OneT | ManyT:
        """Make an environment of a snapshot file."""
        reply = await self.connection.send_file("/v1/envs/", snapshot, key=new_key())
        return await self._attach_new(reply["instance_id"])

    async def _attach_new(self, instance_id: str) -> OneT | ManyT:
        """Attach to what was just made, or delete it: the caller gets no object for it."""
        try:
            return await self.attach(instance_id)
        except BaseException as error:
            await self._delete(instance_id, error)
            raise

    async def _delete(self, instance_id: str, because: BaseException) -> None:
        """Delete an environment. If that fails, add a note to the error."""
        try:
            if isinstance(because, ServerGone):
                raise because
            await self.connection.ask("DELETE", f"/v1/envs/{instance_id}/", key=new_key())
        except GymHTTPError as error:
            because.add_note(
                f"The environment {instance_id} was made and is still there ({type(error).__name__})."
            )


async def list_instances(connection: Caller) -> dict[str, str]:
    """The caller's environments: their ids, and environment ids."""
    found: dict[str, str] = {}
    query = f"limit={_LONGEST_PAGE}"
    while query:
        page, query = await connection.ask_page(f"/v1/envs/?{query}")
        found |= page
    return found


def autoreset_of(autoreset: AutoresetMode | str, vector_kwargs: Mapping[str, Any] | None) -> AutoresetMode | str:
    """The mode for a vector, which `vector_kwargs` may name as it does for `gymnasium.make_vec`.

    Raises:
        ValueError: `vector_kwargs` has anything else.
    """
    named = dict(vector_kwargs or {})
    mode: AutoresetMode | str = named.pop("autoreset_mode", autoreset)
    if named:
        raise ValueError(
            f"vector_kwargs has {', '.join(sorted(named))}, which say how a vector runs in process; "
            "leave out all but autoreset_mode."
        )
    return mode


def check_mode(mode: VectorizeMode | str | None) -> None:
    """Refuse the vectorization mode in which the server makes none.

    Raises:
        ValueError: the mode is "vector_entry_point", or none of Gymnasium's.
    """
    if mode is not None and VectorizeMode(mode) is VectorizeMode.VECTOR_ENTRY_POINT:
        raise ValueError(
            "The server makes vectors of single environments, and none by a vector entry point; "
            'pass vectorization_mode="sync", or none.'
        )
