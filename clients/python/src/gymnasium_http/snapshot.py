"""Environments made of snapshot files, which `env.snapshot()` gives."""

from gymnasium_http.environment import HTTPEnv
from gymnasium_http.making import maker_of
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.blocking import run
from gymnasium_http.transport.connection import Connection
from gymnasium_http.vector import HTTPVectorEnv


def from_snapshot(
    snapshot: bytes,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: Connection | None = None,
) -> HTTPEnv | HTTPVectorEnv:
    """Make an environment that continues exactly as the one that the snapshot is of would have.

    The server may be another one, which has the same signing keys.

    Raises:
        InvalidSnapshot: it is damaged, another owner's, of other library versions, or signed by another service.
        SnapshotTooLarge: it exceeds the server's limit.
        NotCreatable: its environment is not registered on the server.
        NoServer: no server answered at the URL.
    """
    connection = connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience)
    return run(maker_of(connection).from_snapshot(snapshot))
