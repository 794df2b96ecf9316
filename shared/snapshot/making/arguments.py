"""Which arguments a client may pass to an environment's constructor, and the form in which it takes them."""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from shared.errors import NotCreatable
from shared.families.family import UnsuitableArgument
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.env_ids import registered_family

# Patterns, of which `re` keeps the compiled form from the first creation on: no other call needs them.
_NAMES_A_FILE = r"(?i)(^|_)(file|filename|path|dir|directory|folder|xml|rom)s?($|_)"
_IS_A_PATH = r"[/\\\0]|^~|\.[A-Za-z]\w{1,4}$"

# Bytes of JSON. FrozenLake takes about 2 KB for each cell of its map, so that an instance takes at most 128 MB.
_MOST_BYTES = 16_384
_MOST_BYTES_OF_ALL = 65_536

# By these names, constructors allocate arrays, scenes and pictures, or loop, before their size can be seen.
_LARGEST = (
    (r"(?i)(^|_)(size|width|height|rows|cols|columns)($|_)", 4096),
    (r"(?i)(^|_)geoms?($|_)", 65_536),
    (r"(?i)^frame_?skip$", 1024),
)

_MOST_PIXELS = 4_194_304
"""Of a picture whose width and height are both given. A larger one is drawn for many seconds, and then refused."""

_OF_MAKE = {
    "id": "it is the body's field env_id",
    "max_episode_steps": "it is a field of the body",
    "render_mode": "it is a field of the body",
    "disable_env_checker": "the checker is never used here",
}
"""What `gymnasium.make` takes itself. In `kwargs` it would pass by what is checked of the fields."""

_MOST_REPEATS = 4096

_MODEST_LENGTH = 64
_MODEST_NUMBER = 1000


def check_kwargs(env_id: str, kwargs: Mapping[str, Any], num_envs: int = 1) -> None:
    """Refuse arguments that are `make`'s own, name files, ask for too much or are dangerous to the family.

    A constructor would open the files on the server, as MuJoCo's does with `xml_file`.

    Raises:
        NotCreatable: an argument is refused, or all together are too long for so many environments.
    """
    for name, instead in _OF_MAKE.items():
        if name in kwargs:
            raise NotCreatable(
                f"kwargs cannot have {name}: {instead}. Send it there or leave it out.", env_id=env_id
            )
    size = len(msgspec.json.encode(kwargs))
    most = min(_MOST_BYTES, _MOST_BYTES_OF_ALL // num_envs)
    if size > most:
        raise NotCreatable(
            f"The kwargs take {size} bytes as JSON; {most} is the most here. Send less, or fewer num_envs.",
            env_id=env_id,
        )
    for name, value in _leaves("", kwargs):
        if re.search(_NAMES_A_FILE, name) or (isinstance(value, str) and re.search(_IS_A_PATH, value)):
            raise NotCreatable(
                f"The argument {name} = {value!r} names a file, and this server opens no files for its clients.",
                env_id=env_id,
            )
        largest = next((most for pattern, most in _LARGEST if re.search(pattern, name)), math.inf)
        if isinstance(value, int | float) and value > largest:
            raise NotCreatable(f"The argument {name} is {value}; {largest} is the most here.", env_id=env_id)
    _check_pictures(env_id, kwargs)
    family = registered_family(env_id)
    if family is not None:
        with _refusing(env_id):
            family.check_kwargs(env_id, kwargs)


def _check_pictures(env_id: str, kwargs: Mapping[str, Any]) -> None:
    sizes = {name: value for name, value in _leaves("", kwargs) if isinstance(value, int | float)}
    for name, width in sizes.items():
        other = name.replace("width", "height")
        if other != name and width * sizes.get(other, 0) > _MOST_PIXELS:
            raise NotCreatable(
                f"A picture with {name} {width} and {other} {sizes[other]} has {width * sizes[other]} pixels; "
                f"{_MOST_PIXELS} is the most here. Ask for a smaller one.",
                env_id=env_id,
            )


@contextmanager
def _refusing(env_id: str) -> Iterator[None]:
    try:
        yield
    except UnsuitableArgument as unsuitable:
        raise NotCreatable(str(unsuitable), env_id=env_id) from None


def check_repeats(recipe: Recipe) -> None:
    """Refuse wrappers that together repeat a step more often than a call may take.

    Raises:
        NotCreatable: they do.
    """
    if recipe.repeats > _MOST_REPEATS:
        raise NotCreatable(
            f"The wrappers make {recipe.repeats} steps of one; {_MOST_REPEATS} is the most here. Repeat less.",
            env_id=recipe.env_id,
        )


def are_modest(kwargs: Mapping[str, Any]) -> bool:
    """Whether the arguments are so few and small that they cannot make an environment of a known family large."""
    leaves = [value for _, value in _leaves("", kwargs)]
    return len(leaves) <= _MODEST_LENGTH and all(
        abs(value) <= _MODEST_NUMBER if isinstance(value, int | float) else len(str(value)) <= _MODEST_LENGTH
        for value in leaves
    )


def reach_native_code(env_id: str, kwargs: Mapping[str, Any]) -> bool:
    """Whether one of the arguments is read by the family's native code, which does not check what it reads."""
    family = registered_family(env_id)
    return family is not None and not family.native_kwargs.isdisjoint(kwargs)


def check_made(env_id: str, env: Any) -> None:
    """Refuse an environment, just made, whose arguments do not fit what it has loaded.

    Raises:
        NotCreatable: native code would end the process at one of its calls.
    """
    family = registered_family(env_id)
    if family is not None:
        with _refusing(env_id):
            family.check_made(env_id, env)


def constructor_kwargs(env_id: str, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """A client's arguments, which are JSON, as the environment's constructor takes them."""
    family = registered_family(env_id)
    return dict(kwargs) if family is None else family.constructor_kwargs(kwargs)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value that is not a container, with the nearest key above it."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(key, item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(name, item)
    else:
        yield name, value
