"""One connection of OpenEnv's clients: messages in order, without ids, each with one reply.

`close` deletes the instance. A connection that is lost leaves it for `GYM_HTTP_OPENENV_TTL_S` seconds, so that it
can be continued by its id.
"""

import asyncio
from typing import Any

import msgspec

from shared.errors import GymHTTPError, InstanceNotFound, StaleRevision, StoreFailed
from shared.openenv.episodes import Episode, Episodes, read_action, read_reset
from shared.openenv.faults import fault, fault_of
from shared.session.stored.header import Header
from shared.web.sockets.socket import Socket
from shared.web.sockets.upgrade import Upgrade
from shared.wire.values import forms

_NO_TOOLS = {
    "code": -32601,
    "message": "The environment has no tools of its own; POST /mcp has those of every environment.",
}
_waiting = set[asyncio.Task[None]]()
"""The ends of instances whose connections were lost. An event loop keeps no task alive by itself."""


class Connection:
    """One connection, which has at most one instance."""

    def __init__(self, episodes: Episodes, env_id: str | None, episode: Episode | None) -> None:
        """`env_id` is made at the first reset, where there is no episode to continue."""
        self._episodes = episodes
        self._env_id = env_id
        self.episode = episode
        self.revision: int | None = None
        """The revision that the last call of this connection left; None before one."""

    async def answer(self, message: str | bytes) -> dict[str, Any] | None:
        """The reply to a message; None to `close`."""
        try:
            sent = msgspec.json.decode(message)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return fault(f"Invalid JSON: {error}.", "INVALID_JSON")
        if not isinstance(sent, dict):
            return fault("A message is an object with a type and data.", "VALIDATION_ERROR")
        kind, data = sent.get("type"), sent.get("data", {})
        if kind == "close":
            return None
        try:
            return await self._reply(kind, data)
        except GymHTTPError as error:
            return fault_of(error)

    async def _reply(self, kind: Any, data: Any) -> dict[str, Any]:
        match kind:
            case "reset":
                return self._observed(await self._reset(data))
            case "step":
                return self._observed(await self._episodes.step(self.episode, read_action(data)))
            case "state" if self.episode is None:
                return {"type": "state", "data": {"episode_id": None, "step_count": 0, "env_id": self._env_id}}
            case "state":
                return {"type": "state", "data": await self._episodes.state(self.episode)}
            case "mcp":
                number = data.get("id") if isinstance(data, dict) else None
                return {"type": "mcp", "data": {"jsonrpc": "2.0", "id": number, "error": _NO_TOOLS}}
            case _:
                known = "reset, step, state, mcp or close"
                return fault(f"Unknown message type: {repr(kind)[:80]}; it is {known}.", "UNKNOWN_TYPE")

    async def _reset(self, data: Any) -> tuple[dict[str, Any], Header]:
        given = read_reset(data)
        if self.episode is None:
            assert self._env_id is not None
            self.episode = await self._episodes.begin(self._env_id, given)
        self.episode = self.episode._replace(name=given.episode_id)
        try:
            return await self._episodes.reset(self.episode, given)
        except InstanceNotFound:  # it has expired, or was closed by another call
            if self._env_id is None:
                raise
            self.episode = await self._episodes.begin(self._env_id, given)
            return await self._episodes.reset(self.episode, given)

    def _observed(self, applied: tuple[dict[str, Any], Header]) -> dict[str, Any]:
        data, header = applied
        self.revision = header.revision
        return {"type": "observation", "data": data}


async def converse(upgrade: Upgrade, *, env_id: str | None = None, instance_id: str | None = None) -> None:
    """Accept the connection and answer its messages until it ends.

    Raises:
        Unauthorized: API keys are set, and the request has none.
        InstanceNotFound: there is no such instance to continue.
        ServerEnding, SocketsFull, SocketGone: as `Upgrade.accept`.
    """
    service = upgrade.service
    episodes = Episodes(service, upgrade.owner(), forms.JSON_WRITTEN)
    episode = None
    if instance_id is not None:
        episode = episodes.of_instance(instance_id)
        await service.session.snapshots.header(episode.reference)
    connection = Connection(episodes, env_id, episode)
    async with upgrade.accept(None) as socket:
        closed = await _messages(socket, connection, service.settings.max_body_bytes)
    if connection.episode is None:
        return
    if closed:
        await _end(episodes, connection.episode, None)
    elif connection.revision is not None and not service.ending.told:
        ttl = service.settings.openenv_ttl_s
        task = asyncio.create_task(end_later(ttl, episodes, connection.episode, connection.revision))
        _waiting.add(task)
        task.add_done_callback(_waiting.discard)


async def _messages(socket: Socket, connection: Connection, most_bytes: int) -> bool:
    """Answer all messages; whether the last was `close`."""
    while (message := await socket.receive()) is not None:
        if len(message) > most_bytes:
            why = f"The message is over {most_bytes} bytes (GYM_HTTP_MAX_BODY_BYTES); send less."
            reply: dict[str, Any] | None = fault(why, "VALIDATION_ERROR")
        else:
            reply = await connection.answer(message)
        if reply is None:
            return True
        await socket.send(msgspec.json.encode(reply).decode())
    return False


async def end_later(seconds: float, episodes: Episodes, episode: Episode, revision: int) -> None:
    """Delete the instance after so many seconds, if it is at the revision then."""
    await asyncio.sleep(seconds)
    await _end(episodes, episode, revision)


async def _end(episodes: Episodes, episode: Episode, revision: int | None) -> None:
    """Delete the instance, unless it is gone, was called since, or the store fails: then it expires as all do."""
    try:
        await episodes.end(episode, revision)
    except (InstanceNotFound, StaleRevision, StoreFailed):
        return
