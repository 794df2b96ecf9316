"""What was recorded of environments, awaited."""

from typing import Any

from gymnasium_http.calls import past
from gymnasium_http.calls.channel import OnServer
from gymnasium_http.calls.past import list_recordings
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.async_connection import AsyncConnection


class AsyncRecorded(OnServer):
    """The recorded calls of one environment, as `Recorded` reads them, awaited."""

    history = past.history
    at = past.at
    frame = past.frame
    episodes = past.episodes
    episode = past.episode
    video = past.video
    lineage = past.lineage
    verify = past.verify


async def recordings_async(
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: AsyncConnection | None = None,
) -> list[dict[str, Any]]:
    """Your environments on the server that have recorded calls, as `recordings` lists them.

    `AsyncRecorded` reads one. The errors are those of `recordings`.
    """
    connection = connection or AsyncConnection(url, api_key=api_key, timeout=timeout, patience=patience)
    return await list_recordings(connection)
