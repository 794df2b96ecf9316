"""The calls of one instance: what they are sent as and over what, and which keys they have."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import gymnasium

from gymnasium_http.errors import GymHTTPError, ServerFailed, ServerGone
from gymnasium_http.transport import exact
from gymnasium_http.transport.caller import Caller, new_key
from gymnasium_http.transport.session import NoReply, Session

Query = Mapping[str, Any]
"""The parameters of an address; None for those that are left out."""

RENDER = "render/"

_OF_SESSIONS = frozenset(("step/", "reset/", "rollout/", "explore/", RENDER))
"""The calls that are made often enough for a session."""


class _Call(NamedTuple):
    method: str
    path: str
    content: bytes | None
    pid: int
    """The process, since the same call in a forked one is another call."""


class Channel:
    """Makes calls on one instance, each of which is applied once."""

    def __init__(self, connection: Caller, instance_id: str) -> None:
        """Prepare for calls. Nothing is sent yet."""
        self.connection = connection
        """It may be replaced by another."""
        self.instance_id = instance_id
        self.is_closed = False
        self._unsettled: dict[str, tuple[_Call, str]] = {}
        self._session = Session(connection, instance_id)

    @property
    def transport(self) -> str:
        """What carries its calls now: `session` or `http`."""
        return "session" if self._session.is_open else "http"

    def close(self) -> None:
        """Close the session, and make no more calls."""
        self.is_closed = True
        self._session.close()

    async def read(self, path: str, query: Query | None = None, *, exactly: bool = False) -> Any:
        """What a call replies that changes nothing."""
        self._check_open()
        return await self.connection.ask("GET", self._whole(path, query), exactly=exactly)

    async def download(self, path: str, query: Query, *types: str) -> bytes:
        """The file in a reply, of one of these media types."""
        self._check_open()
        return await self.connection.ask_file(self._whole(path, query), frozenset(types))

    async def compute(self, path: str, body: Mapping[str, Any], *, exactly: bool = False) -> Any:
        """What a POST replies that changes nothing, so that a call before it can still be repeated."""
        self._check_open()
        key = new_key() if path in _OF_SESSIONS else None
        return await self._carry("POST", path, exact.pack(body), key, exactly=exactly)

    async def change(
        self, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST", exactly: bool = False
    ) -> Any:
        """Make a call that is applied once. Made again after no answer came, it has the same key."""
        self._check_open()
        content = None if body is None else exact.pack(body)
        call = _Call(method, self._whole(path), content, os.getpid())
        # Taken out, so that the same call in another thread or task meanwhile has a key of its own.
        unsettled, key = self._unsettled.pop(path, (None, ""))
        if unsettled != call:
            key = new_key()
        # After another call, the next one no longer repeats one without an answer. Drawing does not count, since
        # a thread may draw at any time.
        if path != RENDER:
            self._unsettled.clear()
        try:
            return await self._carry(method, path, content, key, exactly=exactly)
        except BaseException as error:
            if not isinstance(error, GymHTTPError) or isinstance(error, ServerGone | ServerFailed):
                self._unsettled[path] = call, key
            raise

    async def _carry(
        self, method: str, path: str, content: bytes | None, key: str | None, *, exactly: bool
    ) -> Any:
        """Make a call over the session, or else over HTTP with the same key, by which it is applied once."""
        if key is not None and path in _OF_SESSIONS:
            if self._session.connection is not self.connection:  # it was given another
                self._session.close()
                self._session = Session(self.connection, self.instance_id)
            try:
                return await self._session.call(path[:-1], content, key)
            except NoReply:
                pass
        return await self.connection.ask(method, self._whole(path), content, key=key, exactly=exactly)

    def _whole(self, path: str, query: Query | None = None) -> str:
        asked = urlencode({name: value for name, value in (query or {}).items() if value is not None})
        return f"/v1/envs/{self.instance_id}/{path}" + (f"?{asked}" if asked else "")

    def _check_open(self) -> None:
        if self.is_closed:
            raise gymnasium.error.ClosedEnvironmentError(
                "The environment was closed; make a new one, or attach to an existing one."
            )


class OnServer:
    """One instance's id, and the channel of the calls on it."""

    def __init__(self, connection: Caller, instance_id: str) -> None:
        """Prepare for calls on the instance. Nothing is sent yet."""
        self.channel = Channel(connection, instance_id)
        self.instance_id = instance_id

    @property
    def connection(self) -> Any:
        """What carries its calls: a `Connection`, or for what is awaited an `AsyncConnection`."""
        return self.channel.connection

    @connection.setter
    def connection(self, other: Any) -> None:
        self.channel.connection = other
