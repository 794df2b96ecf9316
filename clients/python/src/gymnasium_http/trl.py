"""Environments for the trainers of TRL, whose language models act by a tool and read text.

    from gymnasium_http.trl import environment

    trainer = GRPOTrainer(..., environment_factory=environment("FrozenLake-v1", "http://127.0.0.1:5000"))

This module needs nothing of TRL's. Its contract, of TRL 1.16: the trainer makes instances without arguments, calls
`reset` with the columns of an example, offers the public methods to the model as tools, and takes `get_reward` at
the end.
"""

import json
import re
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

from gymnasium_http.errors import GymHTTPError, InvalidAction
from gymnasium_http.making import make
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.connection import Connection

_MARKED = re.compile(r"\x1b\[[\d;]*m(.*?)\x1b\[0m", re.DOTALL)
"""What a terminal shows in a colour, such as where the player stands."""
_ARROWS = {"ArrowLeft": "left", "ArrowRight": "right", "ArrowUp": "up", "ArrowDown": "down"}
_NOTHING = "nothing"
_MOST_NUMBERS = 1000
"""In an observation. A picture has 100,000, of which a language model makes nothing."""
_DIGITS = 4


class TextEnvironment:
    """What `environment` gives a class of: an environment that is read and acted upon in text."""

    _env_id: str
    _url: str
    _api_key: str | None
    _arguments: Mapping[str, Any]
    _names: list[str] | None
    """The names of the actions of a Discrete space, by action."""

    def __init__(self) -> None:
        self._env = make(self._env_id, url=self._url, api_key=self._api_key, **self._arguments)
        self._return = 0.0
        self._over = True
        weakref.finalize(self, _closed, self._env)

    def reset(self, seed: int | None = None, **_: Any) -> str:
        """Begin an episode.

        Args:
            seed: Its seed: the column `seed` of an example, if it has one. All other columns are ignored.

        Returns:
            The first observation as text.
        """
        observation, _info = self._env.reset(seed=None if seed is None else int(seed))
        self._return, self._over = 0.0, False
        return self._seen(observation)

    def get_reward(self) -> float:
        """The return of the episode so far: the sum of its rewards."""
        return self._return

    def _act(self, action: str) -> str:
        if self._over:
            raise ValueError(
                f"The episode is over, with the return {self._return:g}; no action is possible any more."
            )
        observation, reward, terminated, truncated, _ = self._env.step(self._member(action))
        self._return += float(reward)
        self._over = bool(terminated or truncated)
        end = f"\nThe episode is over, with the return {self._return:g}." if self._over else ""
        return f"{self._seen(observation)}\nReward: {float(reward):g}{end}"

    def _seen(self, observation: Any) -> str:
        if self._env.render_mode == "ansi":
            return _MARKED.sub(r"[\1]", str(self._env.render())).strip("\n")
        return as_text(observation)

    def _member(self, action: str) -> Any:
        """The action that a text means: its name in any case, or the action itself as JSON.

        Raises:
            ValueError: it means none, and the text says which there are.
        """
        word = str(action).strip()
        for number, name in enumerate(self._names or ()):
            if word.lower() == name.lower():
                return _first(self._env.action_space) + number
        with suppress(ValueError):
            value = json.loads(word)
            space = self._env.action_space
            member = np.asarray(value, space.dtype) if isinstance(space, Box) else value
            if space.contains(member):
                return member
        raise InvalidAction(
            f"{word[:80]!r} is no action; an action is {told(self._env.action_space, self._names)}."
        )


def environment(
    env_id: str, url: str = DEFAULT_URL, *, api_key: str | None = None, tool: str = "act", **arguments: Any
) -> type[TextEnvironment]:
    """A class for `environment_factory`: each of its instances is an environment on the server.

    The model has one tool, which takes an action by its name, or as JSON where actions have no names. Observations
    are what the environment draws as text, where it has the render mode ansi, and else their numbers as JSON.

    Args:
        env_id: An id that is registered on the server.
        url: The server's address.
        api_key: The secret, if the server requires API keys.
        tool: What the tool is called.
        **arguments: As `gymnasium_http.make` takes them.

    Raises:
        NoServer: no server answered at the URL.
        NotCreatable: there is no such environment.
        ValueError: its observations are pictures or too long for text.
    """
    connection = Connection(url, api_key=api_key)
    try:
        [entry] = connection.call("GET", f"/v1/catalog/?env_id={quote(env_id, safe='')}")["environments"]
    finally:
        connection.close()
    if "ansi" in (entry["render_modes"] or ()):
        arguments.setdefault("render_mode", "ansi")
    elif int(np.prod(entry["observation_space"].get("shape") or ())) > _MOST_NUMBERS:
        raise ValueError(f"The observations of {env_id} are pictures, or too long to be told as text.")
    names = _names_of(entry)
    space = entry["action_space"]
    choice = " or ".join(names) if names else f"a member of {space['name']} as JSON"

    def act(self: TextEnvironment, action: str) -> str:
        return self._act(action)

    act.__name__ = act.__qualname__ = tool
    act.__annotations__ = {"action": str, "return": str}  # every one that stands here becomes an argument
    act.__doc__ = (
        f"Apply one action to {env_id}.\n\n"
        f"Args:\n    action: One of the actions: {choice}.\n\n"
        "Returns:\n    What is seen then, the reward, and whether the episode is over."
    )
    members = {
        tool: act,
        "_env_id": env_id,
        "_url": url,
        "_api_key": api_key,
        "_arguments": arguments,
        "_names": names,
    }
    return type(env_id.rpartition("/")[2].partition("-v")[0], (TextEnvironment,), members)


def as_text(observation: Any) -> str:
    """An observation as JSON, whose numbers have four digits after the point."""
    return json.dumps(_plain(observation))


def told(space: gymnasium.Space[Any], names: list[str] | None) -> str:
    """In words, what an action may be."""
    return " or ".join(names) if names else f"a member of {space}, as JSON"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    return round(value, _DIGITS) if isinstance(value, float) else value


def _names_of(entry: Mapping[str, Any]) -> list[str] | None:
    """The names of the actions: the environment's own, or those of the keys by which a person plays it."""
    space = entry["action_space"]
    if space["name"] != "Discrete":
        return None
    if entry["action_meanings"]:
        return [name.lower() for name in entry["action_meanings"]]
    names = {row["action"]: _name_of(row) for row in reversed(entry["keys"] or ())}
    start = space.get("start", 0)
    found = [names.get(action) or str(action) for action in range(start, start + space["n"])]
    return found if any(names.values()) else None


def _name_of(row: Mapping[str, Any]) -> str | None:
    codes = row["codes"]
    if row["meaning"] or not codes:
        return row["meaning"] or _NOTHING
    return _ARROWS.get(codes[0][0]) if len(codes) == 1 else None


def _first(space: gymnasium.Space[Any]) -> int:
    return int(space.start) if isinstance(space, Discrete) else 0


def _closed(env: gymnasium.Env[Any, Any]) -> None:
    """Close an environment that nobody uses any more, or leave it to expire where its server is gone."""
    with suppress(GymHTTPError):
        env.close()
