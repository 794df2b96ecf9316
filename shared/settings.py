"""What can be set from outside: the only reader of the process's environment variables.

Read when the first request needs them, so that importing a module needs no configuration.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib.util import find_spec
from typing import Any, Literal

from shared.errors import Misconfigured

PREFIX = "GYM_HTTP_"
PUBLIC = "public"
"""The owner of everything where no API keys are set."""

# Gymnasium registers its own environments; these modules register the other families'.
_FAMILY_MODULES = ("ale_py",)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting. The variable of a field is its name in capitals after `GYM_HTTP_`."""

    store: str = "sqlite:///.gym-http/snapshots.db"
    durability: Literal["process", "power"] = "process"
    signing_keys: tuple[str, ...] = ()
    api_keys: tuple[tuple[str, str], ...] = ()
    """Pairs of owner and secret; several secrets may share an owner."""
    env_modules: tuple[str, ...] = ()
    idle_ttl_s: float = 604_800.0
    live_envs: int = 64
    max_envs: int = 100_000
    """Of one owner."""
    max_snapshot_bytes: int = 16_777_216
    max_body_bytes: int = 1_048_576
    max_frame_pixels: int = 4_194_304
    max_steps_per_call: int = 10_000
    max_reply_bytes: int = 16_777_216
    """Of the values in the reply of a rollout or a batch."""
    max_call_seconds: float = 30.0
    max_trial_seconds: float = 120.0
    max_trial_bytes: int = 4_294_967_296
    cors_origins: tuple[str, ...] = ("*",)
    log: Literal["calls", "errors", "off"] = "calls"


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings as the process's environment (or the given one) has them.

    Raises:
        Misconfigured: a variable is malformed, or has the prefix and is none of these; it is named.
    """
    environment = os.environ if environment is None else environment
    known = {PREFIX + field.name.upper(): field.name for field in fields(Settings)}
    given: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        if variable not in known:
            raise Misconfigured(f"There is no setting {variable}; there are {', '.join(sorted(known))}.")
        try:
            given[known[variable]] = _PARSERS[known[variable]](value)
        except ValueError as error:
            raise Misconfigured(f"{variable} is malformed: {error}.") from None
    given.setdefault("env_modules", tuple(name for name in _FAMILY_MODULES if find_spec(name)))
    return Settings(**given)


def prepare_process() -> None:
    """Set what libraries read from the environment, unless it is set: no screen, no sound, no greeting."""
    for name, value in {
        "SDL_VIDEODRIVER": "dummy",
        "SDL_AUDIODRIVER": "dummy",
        "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        "MUJOCO_GL": "egl",
    }.items():
        os.environ.setdefault(name, value)


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment with some variables changed, for a process that it starts."""
    return {**os.environ, **changes}


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("it is empty")
    return value.strip()


def _list(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(",") if item.strip())


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f"it is {', '.join(words[:-1])} or {words[-1]}")
        return value

    return parse


def _api_keys(value: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for number, item in enumerate(_list(value), start=1):
        # A message must not repeat a secret, so entries are told by their number.
        owner, colon, secret = item.partition(":")
        if not colon or not secret:
            raise ValueError(f"entry {number} is not NAME:SECRET")
        if not (owner.isascii() and owner.replace("-", "").replace("_", "").isalnum() and len(owner) <= 64):
            raise ValueError(f"entry {number}'s NAME is not made of up to 64 letters, digits, - and _")
        pairs.append((owner, secret))
    return tuple(pairs)


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def parse(value: str) -> float:
        number = kind(value)
        if not 0 < number < float("inf"):
            raise ValueError(f"{value} is not above 0")
        return number

    return parse


_PARSERS: dict[str, Callable[[str], Any]] = {
    "store": _text,
    "durability": _one_of("process", "power"),
    "signing_keys": _list,
    "api_keys": _api_keys,
    "env_modules": _list,
    "idle_ttl_s": _positive(float),
    "live_envs": _positive(int),
    "max_envs": _positive(int),
    "max_snapshot_bytes": _positive(int),
    "max_body_bytes": _positive(int),
    "max_frame_pixels": _positive(int),
    "max_steps_per_call": _positive(int),
    "max_reply_bytes": _positive(int),
    "max_call_seconds": _positive(float),
    "max_trial_seconds": _positive(float),
    "max_trial_bytes": _positive(int),
    "cors_origins": _list,
    "log": _one_of("calls", "errors", "off"),
}
