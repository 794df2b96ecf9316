"""What was recorded of an instance, which may be closed: its calls, its episodes, and films of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from gymnasium_http.calls.bar import bar
from gymnasium_http.calls.channel import OnServer
from gymnasium_http.errors import NotVerified
from gymnasium_http.transport.caller import Caller

_FILM_TYPES = {"mp4": "video/mp4", "webp": "image/webp"}


async def recording(env: OnServer, on: bool = True, name: str | None = None) -> None:
    """Record every call on the server from now on, or no longer; `name` is the recording's, for people."""
    await env.channel.change("record/", {"on": on} if name is None else {"on": on, "name": name})


async def history(recorded: OnServer, after: int | str | None = None) -> AsyncIterator[dict[str, Any]]:
    """The recorded calls in their order, from the first or behind one: `call`, `action`, `reward` and more.

    Nothing is made again for it. Further ones are asked for as they are needed.

    Raises:
        NotRecorded: no calls are recorded.
    """
    while True:
        page = await recorded.channel.read("history/", {"after": after}, exactly=True)
        columns = page["rows"]
        for row in zip(*columns.values(), strict=True):
            yield dict(zip(columns, row, strict=True))
        after = page["next"]
        if after is None:
            return


async def at(recorded: OnServer, revision: int | str) -> dict[str, Any]:
    """What a recorded call returned, made again on the server: `observation`, `info`, `reward` and more.

    `revision` is the one that the call made, or `"R.k"` for call k of those that did.

    Raises:
        NotRecorded: no calls are recorded.
        RevisionNotFound: this one was not.
    """
    found: dict[str, Any] = await recorded.channel.read(f"at/{revision}/", exactly=True)
    return found


async def frame(recorded: OnServer, revision: int | str, *, env: int = 0) -> Any:
    """The picture at a recorded call, as an array: that which `RecordVideo` would have recorded."""
    reply = await recorded.channel.read(f"at/{revision}/render/", {"env": env}, exactly=True)
    return reply["picture"]


async def episodes(recorded: OnServer, *, env: int = 0) -> list[dict[str, Any]]:
    """The recorded episodes: `number`, `seed`, `steps`, `return`, `start`, `end`, `first`, `last` and times.

    `env` is that of a vector's environments.

    Raises:
        NotRecorded: no calls are recorded.
    """
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = await recorded.channel.read("episodes/", {"env": env, "after": after})
        found += page["episodes"]
        after = page["next"]
    return found


async def episode(
    recorded: OnServer, number: int, *, env: int = 0, begin: int = 0, end: int | None = None, infos: bool = False
) -> dict[str, Any]:
    """A recorded episode's transitions as columns: `observations` (one more), `actions`, `rewards` and so on.

    Args:
        recorded: This environment.
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
    found: dict[str, Any] = await recorded.channel.read(f"episodes/{number}/", asked, exactly=True)
    return found


async def video(
    recorded: OnServer,
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
        recorded: This environment.
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
    form = format or (suffix if suffix in _FILM_TYPES else None)
    asked = {"format": form, "fps": fps, "width": width, "env": env, "from": begin, "to": end}
    path_of_film = f"episodes/{number}/video/"
    film = await recorded.channel.download(path_of_film, asked, *_FILM_TYPES.values())
    if path is not None:
        Path(path).write_bytes(film)
    return film


async def lineage(recorded: OnServer) -> dict[str, list[dict[str, Any]]]:
    """`ancestors`, nearest first, and `descendants`: environments that this was forked of, and those of it."""
    found: dict[str, list[dict[str, Any]]] = await recorded.channel.read("lineage/")
    return found


async def verify(recorded: OnServer, *, progress: bool | None = None) -> int:
    """Have the server make every recorded call again and compare; the number of calls.

    Args:
        recorded: This environment.
        progress: Whether tqdm shows a bar. By default it does on a terminal, after a second.

    Raises:
        NotVerified: one returned something else than was recorded.
        NotRecorded: no calls are recorded.
    """
    calls, body = 0, dict[str, int]()
    with bar(progress, "call", delay=1.0) as advance:
        while True:
            reply = await recorded.channel.compute("verify/", body)
            calls += int(reply["calls"])
            advance(int(reply["calls"]))
            if not reply["verified"]:
                at, reason = reply["at"], reply["reason"]
                raise NotVerified(f"The call that made revision {at} differs: {reason}.", 200, reply)
            if reply["next"] is None:
                return calls
            body = {"from": reply["next"]}


async def list_recordings(connection: Caller) -> list[dict[str, Any]]:
    """The caller's environments that have recorded calls, closed ones included."""
    found: list[dict[str, Any]] = []
    query: str | None = ""
    while query is not None:
        page = await connection.ask("GET", f"/v1/recordings/{query}")
        found += page["recordings"]
        query = None if page["next"] is None else f"?after={page['next']}"
    return found
