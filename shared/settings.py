"""The settings: what the variables that begin with `GYM_HTTP_` say.

They are read when the first request needs them, so that importing a module needs no configuration.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from shared.errors import Misconfigured
from shared.families.families import registering_modules

PREFIX = "GYM_HTTP_"
PUBLIC = "public"
"""The owner of every instance where no API keys are set."""

# What Kubernetes sets in every pod for a Service that is named gym-http, or gym-http-ANYTHING.
# Source: "Environment variables" in Kubernetes' page on Services, which follow Docker's links.
_OF_A_SERVICE = (
    r"GYM_HTTP_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
# Told by its value: a person who means the port of the server writes a number, and is told of no such setting.
_LINK = r"GYM_HTTP_(?:\w+_)?PORT=(?:tcp|udp|sctp)://\S+"


def _spare_processors() -> int:
    """The processors that this process may use, less the one that serves; at least 1."""
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, usable - 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting. A field's variable is `GYM_HTTP_` and its name in capitals; unset, it has the default."""

    store: str = "sqlite:///.gym-http/snapshots.db"
    """Where instances are kept: the address of a store, `sqlite:///PATH`, `s3://BUCKET/PREFIX` or `memory:`.

    Installed packages may serve other schemes; see `shared.storage.open`.
    """
    durability: Literal["process", "power"] = "process"
    """What an acknowledged call survives on SQLite: a killed process, or a power failure too."""
    store_calls: int = 128
    """Calls to a remote store at once, of which a quarter may be bulk work: lists, large forks, the sweep."""
    signing_keys: tuple[str, ...] = ()
    """Keys that sign snapshots, newest first: the first one signs, all of them verify.

    Unset, SQLite keeps a key beside its file. A store without a place for one needs this setting.
    """
    accept: Literal["proved", "exact"] = "proved"
    """Which other versions' snapshots are continued: those proved equal to what is installed, or none."""
    api_keys: tuple[tuple[str, str], ...] = ()
    """Pairs of owner and secret; an owner may have several.

    Unset or `none`, calls need no key and all share one owner.
    """
    teachers: tuple[str, ...] = ()
    """Owners whose keys may watch, and not change, every owner's instances."""
    env_modules: tuple[str, ...] = ()
    """Modules to import because they register environments, those of the installed families among them.

    The variable adds to these, and takes one away by a `-` before its name.
    """
    idle_ttl_s: float = 604_800.0
    """Seconds without a write after which an instance expires."""
    history_ttl_s: float = 2_592_000.0
    """Seconds for which the recorded calls of a closed instance are kept."""
    live_envs: int = 64
    """Live environments that a process keeps as a cache."""
    max_envs: int = 100_000
    """Instances that one owner may have, forks included."""
    max_stored_bytes: int = 10_737_418_240
    """Bytes that the snapshots of one owner's instances and checkpoints may take."""
    max_snapshot_bytes: int = 16_777_216
    """Largest snapshot of an instance. A call that would exceed it fails and changes nothing."""
    max_body_bytes: int = 1_048_576
    """Largest request body."""
    max_frame_pixels: int = 4_194_304
    """Largest frame that is rendered, width times height."""
    max_steps_per_call: int = 10_000
    """Most steps of one rollout."""
    max_explore_steps: int = 1_000_000
    """Most steps of all futures of one exploration together."""
    explore_processes: int = field(default_factory=_spare_processors)
    """Processes among which a long exploration is shared; 1 walks it on a worker of the server itself."""
    max_reply_bytes: int = 16_777_216
    """Most bytes of values in the reply of a rollout or a batch."""
    max_call_seconds: float = 30.0
    """Seconds that an environment's code may run in one call."""
    keep_alive_seconds: int = 300
    """Seconds after which a server closes a connection without a request.

    It has to outlive an update of an agent's policy, in which the agent steps nothing.
    """
    max_sockets: int = 4096
    """WebSockets that a process keeps open at a time; a further one is refused with 503."""
    openenv: str = ""
    """The environment that `functions.openenv:app` serves at its root, such as CartPole-v1."""
    openenv_ttl_s: float = 3600.0
    """Seconds after which an instance is deleted whose connection by OpenEnv's protocol was lost."""
    max_trial_seconds: float = 120.0
    """Seconds of the processor that the first trial of an unknown kind of environment may take.

    By the clock it may take four times as many, so that a busy machine refuses nothing.
    """
    max_trial_bytes: int = 4_294_967_296
    """Memory that this trial may use, in bytes."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that clients call this server by, beside addresses and localhost; `*.` before one is all below it.

    Unset, a connection over loopback has to name localhost or an address, and any other may name what it likes.
    """
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API; `*` is all. Unset, those of loopback addresses.

    The server's own pages always may.
    """
    root_path: str = ""
    """What a proxy takes off the beginning of every path, such as `/gym`; `Location` has it."""
    pages_url: str = ""
    """Where the pages are, for a deployment that serves the API alone; its own `/` and `/docs` lead there.

    `none` is unset.
    """
    sweep: Literal["timer", "off"] = "timer"
    """Whether a server deletes what has expired by itself, or leaves it to `python -m functions.sweep`."""
    log: Literal["calls", "errors", "off"] = "calls"
    """Which calls write a line to standard error: all, those answered with 400 or above, or none."""
    metrics_namespace: str = ""
    """Namespace in CloudWatch whose metrics these lines carry, in its embedded metric format; unset, none."""


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in the given environment, by default the process's own.

    Raises:
        Misconfigured: a variable with the prefix is empty, malformed or not a setting; the error names it.
    """
    environment = os.environ if environment is None else environment
    known = {PREFIX + each.name.upper(): each.name for each in fields(Settings)}
    given: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        if variable not in known:
            if _is_of_a_service(variable, value):
                continue
            raise Misconfigured(f"There is no setting {variable}; the settings are {', '.join(sorted(known))}.")
        if not value.strip():
            # API keys that a deployment failed to fill in must not open the service to all.
            raise Misconfigured(f"{variable} is set but empty; give it a value or unset it for the default.")
        try:
            given[known[variable]] = _PARSERS[known[variable]](value)
        except ValueError as error:
            raise Misconfigured(f"{variable} is malformed: {error}.") from None
    for teacher in given.get("teachers", ()):
        if teacher not in {owner for owner, _ in given.get("api_keys", ())}:
            raise Misconfigured(f"{PREFIX}TEACHERS names {teacher!r}, who has no key in {PREFIX}API_KEYS.")
    given["env_modules"] = _with_families(given.get("env_modules", ()))
    return Settings(**given)


def _is_of_a_service(variable: str, value: str) -> bool:
    return bool(re.fullmatch(_OF_A_SERVICE, variable) or re.fullmatch(_LINK, f"{variable}={value}"))


def _list(value: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in value.split(",") if item.strip())
    if not items:
        raise ValueError("it lists nothing")
    return items


def _env_modules(value: str) -> tuple[str, ...]:
    names = _list(value)
    families = [*registering_modules(installed=False)]
    for name in names:
        if name.startswith("-") and name[1:] not in families:
            raise ValueError(f"{name} takes away no family's module; those are {', '.join(families)}")
    return names


def _with_families(named: tuple[str, ...]) -> tuple[str, ...]:
    """The modules of the installed families, without those that are taken away, and then those that are named."""
    families = [module for module in registering_modules() if f"-{module}" not in named]
    return tuple(dict.fromkeys([*families, *(module for module in named if not module.startswith("-"))]))


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f"use {', '.join(words[:-1])} or {words[-1]}")
        return value

    return parse


def _api_keys(value: str) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    if value.strip() == "none":
        return ()
    for number, item in enumerate(_list(value), start=1):
        # An error must not repeat a secret, so it gives the entry's number.
        owner, colon, secret = item.partition(":")
        if not colon or not secret:
            raise ValueError(f"entry {number} is not NAME:SECRET")
        if not (owner.isascii() and owner.replace("-", "").replace("_", "").isalnum() and len(owner) <= 64):
            raise ValueError(f"the NAME of entry {number} is not 1 to 64 letters, digits, - and _")
        for earlier, (other, same) in enumerate(pairs, start=1):
            if same == secret and other != owner:
                raise ValueError(f"entries {earlier} and {number} give one SECRET to two NAMEs; give each its own")
        pairs.append((owner, secret))
    return tuple(pairs)


def _root_path(value: str) -> str:
    path = value.strip().rstrip("/")
    if not re.fullmatch(r"(/[\w.~-]+)+", path, re.ASCII):
        raise ValueError(f"{value!r} is not the beginning of a path, such as /gym")
    return path


def _pages_url(value: str) -> str:
    address = value.strip().rstrip("/")
    if address == "none":
        return ""
    if not re.fullmatch(r"https?://[\w.:~-]+(/[\w.~-]+)*", address, re.ASCII):
        raise ValueError(f"{value!r} is no address of pages, such as https://gym.example.org")
    return address


def _metrics_namespace(value: str) -> str:
    name = value.strip()
    # Source: "Namespaces" in the CloudWatch user guide.
    if not re.fullmatch(r"[\w.\-/#:]{1,255}", name, re.ASCII) or name.startswith(("AWS/", ":")):
        raise ValueError(f"{value!r} is no namespace of CloudWatch's, such as gym-http/production")
    return name


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def parse(value: str) -> float:
        number = kind(value)
        if not 0 < number < float("inf"):
            raise ValueError(f"{value} is not above 0")
        return number

    return parse


_PARSERS: dict[str, Callable[[str], Any]] = {
    "store": str.strip,
    "durability": _one_of("process", "power"),
    "store_calls": _positive(int),
    "signing_keys": _list,
    "accept": _one_of("proved", "exact"),
    "api_keys": _api_keys,
    "teachers": _list,
    "env_modules": _env_modules,
    "idle_ttl_s": _positive(float),
    "history_ttl_s": _positive(float),
    "live_envs": _positive(int),
    "max_envs": _positive(int),
    "max_stored_bytes": _positive(int),
    "max_snapshot_bytes": _positive(int),
    "max_body_bytes": _positive(int),
    "max_frame_pixels": _positive(int),
    "max_steps_per_call": _positive(int),
    "max_explore_steps": _positive(int),
    "explore_processes": _positive(int),
    "max_reply_bytes": _positive(int),
    "max_call_seconds": _positive(float),
    "keep_alive_seconds": _positive(int),
    "max_sockets": _positive(int),
    "openenv": str.strip,
    "openenv_ttl_s": _positive(float),
    "max_trial_seconds": _positive(float),
    "max_trial_bytes": _positive(int),
    "allowed_hosts": _list,
    "cors_origins": _list,
    "root_path": _root_path,
    "pages_url": _pages_url,
    "sweep": _one_of("timer", "off"),
    "log": _one_of("calls", "errors", "off"),
    "metrics_namespace": _metrics_namespace,
}
