"""Creations with arguments that no sane client sends: the server has to outlive each, and every look at it.

The names are those of the families' own constructors. Of what is created, a frame is drawn and a step is
made. `python -m tests.fuzz.creations` ends with status 1 at the first reply of 500 or
above, or when the server's process has ended.
"""

import argparse
import inspect
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import gymnasium
import httpx2
from gymnasium.envs.registration import load_env_creator

from shared.families.families import FAMILIES, family_of, registering_modules
from shared.snapshot.making.make import register_environments
from tests.servers import Server, uvicorn

_HUGE = 1 << 62
NASTY: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 64, 255, 1000, 1001, 4096, 65_536, -65_536, _HUGE, -_HUGE),
    *(0.0, -0.0, 0.5, -0.5, 1e-300, 1e300, -1e300),
    *("", "a", "human", "rgb_array", "track", "\0", "x" * 65, "é", "../x", "SFFG"),
    *([], [0], [1, 2], [1, 0], [-1, 1e300], [[]], [None], ["SF", "FG"], ["S"], ["G"], ["F" * 70] * 70, [0] * 65),
    *({}, {"a": 1}, {"0": True}, {"999": True}, {"-1": True}, {"trackbodyid": 1}, {"trackbodyid": 10**6}),
    *({"type": 2, "fixedcamid": 9}, {"type": 1}, {"type": 99}, {"lookat": [0, 0, 1e300]}, {"distance": 0}),
)
"""Values of every JSON type at and past the edges of what native code takes."""


_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Kind(NamedTuple):
    """What may be drawn for one environment id."""

    env_id: str
    names: tuple[str, ...]
    modes: tuple[str | None, ...]


class Creation(NamedTuple):
    """The body of one creation."""

    env_id: str
    render_mode: str | None
    kwargs: dict[str, Any]


@cache
def kinds() -> dict[str, list[Kind]]:
    """By family, every id that is installed, with the names that its classes' constructors take."""
    register_environments(registering_modules())
    found: dict[str, list[Kind]] = {family.name: [] for family in FAMILIES}
    for spec in gymnasium.registry.values():
        family = family_of(spec.entry_point)
        if family is None or not family.mechanisms or not family.is_installed():
            continue
        creator: Any = load_env_creator(str(spec.entry_point))
        modes = (creator.metadata or {}).get("render_modes") or []
        found[family.name].append(
            Kind(spec.id, tuple(sorted({*_names(creator), *spec.kwargs} - {"render_mode"})), (None, *modes))
        )
    return {name: each for name, each in found.items() if each}


def _names(creator: Any) -> Iterator[str]:
    """The parameters of a class's constructor and of those that it passes its other arguments to."""
    for layer in inspect.getmro(creator):
        if "__init__" in vars(layer):
            named = [*inspect.signature(vars(layer)["__init__"]).parameters.values()][1:]
            yield from (each.name for each in named if each.kind not in _REST)


def drawn(seed: int) -> Iterator[Creation]:
    """Creations without end, family by family: one to three arguments each."""
    draw = random.Random(seed)
    while True:
        for each in kinds().values():
            kind = draw.choice(each)
            modes = [*kind.modes, *kind.modes[-1:] * 2]  # most with a picture
            names = draw.sample(kind.names, min(len(kind.names), draw.choice((1, 1, 2, 3))))
            yield Creation(kind.env_id, draw.choice(modes), {name: draw.choice(NASTY) for name in names})


def tried(server: Server, client: httpx2.Client, creation: Creation) -> Counter[int]:
    """Create, look and step; the statuses of the replies.

    AssertionError if one is 500 or above, or if the server has ended.
    """
    statuses: Counter[int] = Counter()

    def send(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body)
        reply = client.request(method, f"{server.url}/v1/envs/{path}", content=content)
        statuses[reply.status_code] += 1
        assert reply.status_code < 500, f"{creation}: {method} {path}: {reply.status_code} {reply.text}"
        return reply

    try:
        created = send("POST", "", creation._asdict())
        if created.status_code < 300:
            instance = created.json()["instance_id"]
            send("POST", f"{instance}/reset/", {"seed": 1})
            send("GET", f"{instance}/monitor/render/")
            sample = send("POST", f"{instance}/action_space/sample/").json()
            send("POST", f"{instance}/step/", {"action": sample.get("sample")})
            send("DELETE", f"{instance}/")
    except httpx2.HTTPError as error:
        raise AssertionError(f"{creation}: no reply: {error!r}; the server: {server.process.poll()}") from error
    assert server.process.poll() is None, f"{creation}: the server has ended"
    return statuses


def main() -> None:
    """Send the creations to one server."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.creations", description=main.__doc__)
    parser.add_argument("--creations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    began, statuses, failure, sent = time.monotonic(), Counter[int](), "", 0
    with (
        tempfile.TemporaryDirectory() as directory,
        uvicorn(**environment(directory)) as server,
        httpx2.Client(timeout=180) as client,
    ):
        for sent, creation in zip(range(given.creations), drawn(given.seed), strict=False):
            try:
                statuses += tried(server, client, creation)
            except AssertionError as error:
                failure = str(error)
                break
            if sent % 100 == 99:
                print(f"{sent + 1} creations in {time.monotonic() - began:.0f} s", flush=True)
    replies = ", ".join(f"{count} of {status}" for status, count in sorted(statuses.items()))
    print(f"{sent + 1} creations in {time.monotonic() - began:.0f} s; process {server.process.pid}")
    print(f"replies: {replies}\n{failure}")
    sys.exit(1 if failure else 0)


def environment(directory: str) -> dict[str, str]:
    """The server's settings: trials are short, since most of these fail at once."""
    return {
        "GYM_HTTP_STORE": f"sqlite:///{directory}/snapshots.db",
        "GYM_HTTP_MAX_TRIAL_SECONDS": "60",
        "GYM_HTTP_MAX_CALL_SECONDS": "30",
        "GYM_HTTP_LOG": "off",
    }


if __name__ == "__main__":
    main()
