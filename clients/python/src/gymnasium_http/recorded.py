"""What was recorded of environments, for those who read it without playing."""

from typing import Any

from gymnasium_http.calls import past
from gymnasium_http.calls.channel import OnServer
from gymnasium_http.calls.past import list_recordings
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.blocking import blocking, iterating, run
from gymnasium_http.transport.connection import Connection


class Recorded(OnServer):
    """The recorded calls of one environment, which may be closed: they outlive it on the server."""

    history = iterating(past.history)
    at = blocking(past.at)
    frame = blocking(past.frame)
    episodes = blocking(past.episodes)
    episode = blocking(past.episode)
    video = blocking(past.video)
    lineage = blocking(past.lineage)
    verify = blocking(past.verify)


def recordings(
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: Connection | None = None,
) -> list[dict[str, Any]]:
    """Your environments on the server that have recorded calls, closed ones included; `Recorded` reads one.

    Each has `instance_id`, `env_id`, `name`, `episode`, `steps`, `closed` and more.

    Args:
        url: The server's address.
        api_key: The secret, if the server requires API keys.
        timeout: Seconds for each attempt of a call.
        patience: Seconds after a call's first failure during which it is tried again, as in `make`.
        connection: An existing connection, instead of the four arguments before.

    Raises:
        NoServer: no server answered at the URL.
        Unauthorized: the server requires an API key.
    """
    connection = connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience)
    return run(list_recordings(connection))
