"""The environments that exist on a server."""

from gymnasium_http.calls.making import list_instances
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.blocking import run
from gymnasium_http.transport.connection import Connection


def instances(
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: Connection | None = None,
) -> dict[str, str]:
    """Your environments on the server: their ids, which `attach` takes, and environment ids. They come in pages.

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
    return run(list_instances(connection))
