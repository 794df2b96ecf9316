"""A client of OpenEnv's that goes on with its episode after a lost connection, or after its server was killed.

It is OpenEnv's own `GenericEnvClient` and needs that package: `pip install "gymnasium-http[openenv]"`.
"""

import asyncio
import time
import uuid
from typing import Any

from openenv.core.generic_client import GenericEnvClient
from websockets.exceptions import ConnectionClosed, InvalidStatus

_PAUSES_S = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Before the tries that follow the first; the last of them before all further ones."""


class ResumingEnvClient(GenericEnvClient):  # type: ignore[misc]
    """`GenericEnvClient`, whose every call is applied once, however often its connection breaks.

    Each call has a key of its own, with which it is sent again until its reply arrives. A new connection continues
    the instance of the one before.
    """

    def __init__(self, base_url: str, *, patience_s: float = 60.0, **kwargs: Any) -> None:
        """`patience_s` is for how long a call is tried again. The rest is as `GenericEnvClient` takes it."""
        super().__init__(base_url, **kwargs)
        self._patience_s = patience_s
        self._environment = self._ws_url
        self._instance: str | None = None

    @property
    def instance_id(self) -> str | None:
        """The id of the instance that is played; None before the first reset and after the end."""
        return self._instance

    async def _send_and_receive(self, message: dict[str, Any]) -> dict[str, Any]:
        keyed = _with_key(message)
        began, tries = time.monotonic(), 0
        while True:
            self._ws_url = self._address()
            try:
                reply: dict[str, Any] = await super()._send_and_receive(keyed)
                break
            except (OSError, TimeoutError, ConnectionClosed) as error:
                if time.monotonic() - began > self._patience_s or _is_refused(error):
                    raise
            await asyncio.sleep(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
            tries += 1
        metadata = reply.get("data", {}).get("metadata") or {}
        self._instance = metadata.get("instance_id", self._instance)
        return reply

    async def _disconnect_async(self) -> None:
        if self._ws is not None:  # by an orderly end, which deletes the instance; a lost connection is none
            self._instance = None
        await super()._disconnect_async()
        self._ws_url = self._environment

    def _address(self) -> str | None:
        if self._instance is None or self._environment is None:
            return self._environment
        server = self._environment.removesuffix("/ws").partition("/openenv/")[0]
        return f"{server}/openenv/instances/{self._instance}/ws"


def _with_key(message: dict[str, Any]) -> dict[str, Any]:
    """The message with a key, where it changes the environment."""
    data, key = dict(message.get("data") or {}), uuid.uuid4().hex
    if message.get("type") == "reset":
        return {**message, "data": {**data, "key": key}}
    if message.get("type") == "step":
        return {**message, "data": {**data, "metadata": {**(data.get("metadata") or {}), "key": key}}}
    return message


def _is_refused(error: BaseException) -> bool:
    """Whether the server answered that there is no such instance, or no right to it, so that to wait is no use."""
    cause = error.__cause__
    return isinstance(cause, InvalidStatus) and 400 <= cause.response.status_code < 500
