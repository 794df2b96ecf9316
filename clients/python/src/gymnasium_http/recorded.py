"""What was recorded of an environment: its calls, its episodes, and films of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from gymnasium_http.errors import NotVerified
from gymnasium_http.transport import exact
from gymnasium_http.transport.connection import DEFAULT_URL, Connection

FILM_TYPES = {"mp4": "video/mp4", "webp": "image/webp"}


class Recorded:
    """The recorded calls of one environment, which may be closed: they outlive it on the server."""

    def __init__(self, connection: Connection, instance_id: str) -> None:
        self.connection = connection
        self.instance_id = instance_id

    def history(self, after: int | str | None = None) -> Iterator[dict[str, Any]]:
        """The recorded calls in their order, from the first or behind one: `call`, `action`, `reward` and more.

        Nothing is made again for it. Further ones are asked for as they are needed.

        Raises:
            NotRecorded: no calls are recorded.
        """
        while True:
            page = self._read("history/", {"after": after}, exactly=True)
            columns = page["rows"]
            for row in zip(*columns.values(), strict=True):
                yield dict(zip(columns, row, strict=True))
            after = page["next"]
            if after is None:
                return

    def at(self, revision: int | str) -> dict[str, Any]:
        """What a recorded call returned, made again on the server: `observation`, `info`, `reward` and more.

        `revision` is the one that the call made, or `"R.k"` for call k of those that did.

        Raises:
            NotRecorded: no calls are recorded.
            RevisionNotFound: this one was not.
        """
        found: dict[str, Any] = self._read(f"at/{revision}/", exactly=True)
        return found

    def frame(self, revision: int | str, *, env: int = 0) -> Any:
        """The picture at a recorded call, as an array: that which `RecordVideo` would have recorded."""
        return self._read(f"at/{revision}/render/", {"env": env}, exactly=True)["picture"]

    def episodes(self, *, env: int = 0) -> list[dict[str, Any]]:
        """The recorded episodes: `number`, `seed`, `steps`, `return`, `start`, `end`, `first`, `last` and times.

        `env` is that of a vector's environments.

        Raises:
            NotRecorded: no calls are recorded.
        """
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self._read("episodes/", {"env": env, "after": after})
            found += page["episodes"]
            after = page["next"]
        return found

    def episode(
        self, number: int, *, env: int = 0, begin: int = 0, end: int | None = None, infos: bool = False
    ) -> dict[str, Any]:
        """A recorded episode's transitions as columns: `observations` (one more), `actions`, `rewards` and so on.

        Args:
            number: The episode's, as `episodes` tells it.
            env: Of a vector, which of its environments.
            begin: The first observation is that after so many steps.
            end: The last one is that after so many; by default all.
            infos: Whether `infos` are among the columns, as many as observations.

        Raises:
            EpisodeNotFound: there is none of this number.
            InvalidValue: the columns would be over the limit of a reply; ask for a part.
        """
        asked = {"env": env, "from": begin, "to": end, "include": "infos" if infos else None}
        found: dict[str, Any] = self._read(f"episodes/{number}/", asked, exactly=True)
        return found

    def video(
        self,
        number: int,
        path: str | Path | None = None,
        *,
        format: Literal["mp4", "webp"] | None = None,
        fps: int | None = None,
        width: int | None = None,
        env: int = 0,
        begin: int = 0,
        end: int | None = None,
    ) -> bytes:
        """A film of a recorded episode, which is made on the server; also written to `path`.

        Args:
            number: The episode's, as `episodes` tells it.
            path: A file, whose suffix says the format unless that is given.
            format: "mp4" or "webp"; by default what the server can.
            fps: Frames a second; by default the environment's own.
            width: The greatest width in pixels.
            env: Of a vector, which of its environments.
            begin: The first frame is that after so many steps.
            end: The last one is that after so many; by default all.

        Raises:
            EpisodeNotFound: there is none of this number.
            NotInstalled: the server makes no films of this format.
        """
        suffix = None if path is None else Path(path).suffix[1:]
        form = format or (suffix if suffix in FILM_TYPES else None)
        asked = {"format": form, "fps": fps, "width": width, "env": env, "from": begin, "to": end}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        address = f"/v1/envs/{self.instance_id}/episodes/{number}/video/?{query}"
        film = self.connection.download(address, frozenset(FILM_TYPES.values()))
        if path is not None:
            Path(path).write_bytes(film)
        return film

    def lineage(self) -> dict[str, list[dict[str, Any]]]:
        """`ancestors`, nearest first, and `descendants`: environments that this was forked of, and those of it."""
        found: dict[str, list[dict[str, Any]]] = self._read("lineage/")
        return found

    def verify(self) -> int:
        """Have the server make every recorded call again and compare; the number of calls.

        Raises:
            NotVerified: one returned something else than was recorded.
            NotRecorded: no calls are recorded.
        """
        calls, body = 0, dict[str, int]()
        while True:
            self._check_open()
            path = f"/v1/envs/{self.instance_id}/verify/"
            reply = self.connection.call("POST", path, exact.pack(body))
            calls += int(reply["calls"])
            if not reply["verified"]:
                raise NotVerified(
                    f"The call that made revision {reply['at']} differs: {reply['reason']}.", 200, reply
                )
            if reply["next"] is None:
                return calls
            body = {"from": reply["next"]}

    def _read(self, path: str, query: Mapping[str, Any] | None = None, *, exactly: bool = False) -> Any:
        self._check_open()
        asked = urlencode({name: value for name, value in (query or {}).items() if value is not None})
        address = f"/v1/envs/{self.instance_id}/{path}" + (f"?{asked}" if asked else "")
        return self.connection.call("GET", address, exactly=exactly)

    def _check_open(self) -> None:
        """Refuse what is closed here."""


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
    found: list[dict[str, Any]] = []
    query: str | None = ""
    while query is not None:
        page = connection.call("GET", f"/v1/recordings/{query}")
        found += page["recordings"]
        query = None if page["next"] is None else f"?after={page['next']}"
    return found
