"""What the endpoints of a process share: the settings, the session, and what observes them."""

import asyncio
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from shared import settings, variables
from shared.errors import Misconfigured, ServerEnding
from shared.session.session import Session
from shared.settings import Settings
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.making.make import register_environments
from shared.snapshot.making.registration import register_when_asked
from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.counted import CountedStore
from shared.storage.open import open_store
from shared.storage.protocol import Store
from shared.web.observe.log import LogWriter
from shared.web.observe.notes import Notes
from shared.web.service import collection
from shared.web.service.ending import Ending
from shared.web.service.open_sockets import OpenSockets
from shared.web.service.signing_keys import signing_keys
from shared.web.service.tickets import Tickets

if TYPE_CHECKING:
    from shared.web.observe.metrics import Metrics
    from shared.web.observe.traces import Traces
    from shared.web.service.views import Views

_OF_A_FUNCTION = 256 * 2**20
"""Memory that a Lambda function takes itself: 150 MB with every family imported, and environments."""


class Service(msgspec.Struct, frozen=True, dict=True):
    """The settings in force, and everything that was opened by them."""

    settings: Settings
    address: StoreAddress
    session: Session
    log: LogWriter
    metrics: "Metrics | None"
    """Only a server has them: a Lambda function is one of many, and short-lived."""
    notes: Notes
    """Writes the log and counts the metrics of each request that has been answered."""
    tickets: Tickets
    traces: "Traces | None" = None
    """Only a server whose environment names a collector has them."""
    ending: Ending = msgspec.field(default_factory=Ending)
    sockets: OpenSockets = msgspec.field(default_factory=OpenSockets)

    @cached_property
    def views(self) -> "Views":
        """What looks at instances."""
        from shared.web.service.views import Views  # 20 ms, and most functions look at none

        return Views(self.session, self.settings)

    async def check_ready(self) -> None:
        """See whether this process should be sent calls: it was not told to end, and the store answers.

        Nothing is written: a full disk still serves whoever looks.

        Raises:
            ServerEnding: the process was told to end.
            StoreUnavailable: the store does not answer.
        """
        if self.ending.told:
            raise ServerEnding("This server was told to end; send the call to another one.", retry_after=1)
        await self.session.objects.get("health")

    async def close(self) -> None:
        """Close every live environment and the store. Nothing is lost, since every call was saved."""
        if "views" in vars(self):
            await self.views.close()
        await self.session.shut_down()


def open_service(chosen: Settings | None = None, *, metrics: bool = False, one_at_a_time: bool = False) -> Service:
    """The service for the given settings, or for those in the process's environment.

    With `metrics`, requests and store calls are counted, and traced where the environment names a collector. With
    `one_at_a_time`, ids are registered when one is asked for, since no two environments are made at once, and a
    remote store's calls hold the event loop, since nothing else runs on it.

    Raises:
        Misconfigured: a setting is missing or malformed, or the store cannot do what another setting asks.
        StoreUnavailable: the store's key file cannot be read or written.
    """
    collection.resume()
    variables.prepare_process()
    chosen = chosen or settings.read()
    traces = traces_wanted() if metrics else None
    (register_when_asked if one_at_a_time else register_environments)(chosen.env_modules)
    address = StoreAddress.parse(chosen.store)
    store = CountedStore(_opened(address, chosen, one_at_a_time))
    _check(store.capabilities, address, chosen)
    keys = signing_keys(chosen.signing_keys, store.capabilities, lambda: _has_snapshots(store))
    session = Session(
        store,
        keys,
        live_envs=chosen.live_envs,
        idle_ttl_s=chosen.idle_ttl_s,
        max_call_seconds=chosen.max_call_seconds,
        trial=Limits(chosen.max_trial_seconds, _trial_bytes(chosen)),
        max_envs=chosen.max_envs,
        max_stored_bytes=chosen.max_stored_bytes,
        max_snapshot_bytes=chosen.max_snapshot_bytes,
        accept=chosen.accept,
        store_calls=chosen.store_calls,
    )
    tickets = Tickets(keys, [owner for owner, _ in chosen.api_keys], session.snapshots.clock.now)
    log = LogWriter(chosen.log, chosen.metrics_namespace)
    counted = _metrics(session, store) if metrics else None
    traced = None if traces is None else traces()
    return Service(
        settings=chosen,
        address=address,
        session=session,
        log=log,
        metrics=counted,
        notes=Notes(log, counted, traced),
        tickets=tickets,
        traces=traced,
        sockets=OpenSockets(chosen.max_sockets),
    )


def _opened(address: StoreAddress, chosen: Settings, one_at_a_time: bool) -> Store:
    """The store, not contacted yet."""
    store = open_store(address, chosen.durability)
    if one_at_a_time and store.capabilities.hold_loop is not None:
        store.capabilities.hold_loop()
    return store


def _has_snapshots(store: Store) -> bool:
    """Whether there are any, asked in a thread with an event loop of its own: the caller may be in one."""

    async def has() -> bool:
        async for _ in store.list("state/"):
            return True
        return False

    with ThreadPoolExecutor(1) as asking:
        return asking.submit(lambda: asyncio.run(has())).result()


def _trial_bytes(chosen: Settings) -> int:
    """What a trial may take beside this process: Lambda ends a function that exceeds its memory."""
    memory = variables.function_memory_bytes()
    if memory is None:
        return chosen.max_trial_bytes
    return min(chosen.max_trial_bytes, max(memory - _OF_A_FUNCTION, memory // 2))


def _check(store: Capabilities, address: StoreAddress, chosen: Settings) -> None:
    """Raise Misconfigured where the store cannot serve with these settings."""
    if not store.shared and multiprocessing.parent_process() is not None:
        raise Misconfigured(
            f"GYM_HTTP_STORE is {address.scheme}:, which several workers cannot share; use sqlite:///PATH."
        )
    if chosen.max_snapshot_bytes > store.max_object_bytes:
        raise Misconfigured(
            f"GYM_HTTP_MAX_SNAPSHOT_BYTES is {chosen.max_snapshot_bytes}, and an object of a {address.scheme}: "
            f"store has at most {store.max_object_bytes} bytes; set it lower."
        )


def _metrics(session: Session, store: CountedStore) -> "Metrics":
    from shared.web.observe.metrics import Metrics  # 70 ms, and not installed in a Lambda function

    return Metrics(session, store)


def traces_wanted() -> "type[Traces] | None":
    """What sends traces; None where the environment names no collector.

    Raises:
        Misconfigured: it names one by a malformed address, or OpenTelemetry's SDK is not installed.
    """
    if variables.traces_endpoint() is None:
        return None
    try:
        from shared.web.observe.traces import Traces  # 0.2 s, and an extra
    except ModuleNotFoundError as error:
        raise Misconfigured(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set, and {error.name} is not installed; install the extra otel, "
            "in a clone by `pip install --editable .[otel]`, or unset it."
        ) from error
    return Traces
