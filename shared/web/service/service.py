"""What every endpoint of a process shares: its settings and its session, made at the first request."""

import multiprocessing
from dataclasses import dataclass

from shared import settings
from shared.errors import Misconfigured
from shared.session.monitor.renderer import Renderer
from shared.session.session import Session
from shared.session.stored.signing_keys import signing_keys
from shared.settings import Settings
from shared.snapshot.isolation.child_process import Limits
from shared.snapshot.making.make import register_environments
from shared.storage.counted import CountedStore
from shared.storage.open import open_store
from shared.web.observe.log import LogWriter
from shared.web.observe.metrics import Metrics
from shared.web.observe.notes import Notes
from shared.web.service.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Service:
    """The settings in force, the session over the store that they name, and what is told of both."""

    settings: Settings
    session: Session
    renderer: Renderer
    """Draws instances for those who watch them."""
    store: CountedStore
    log: LogWriter
    metrics: Metrics
    notes: Notes
    """What is told of each request that has been answered, to `log` and `metrics`."""
    tickets: Tickets

    async def close(self) -> None:
        """Close every live environment and the store; nothing is lost, since every call was saved."""
        await self.renderer.close()
        await self.session.shut_down()


def open_service(chosen: Settings | None = None) -> Service:
    """The service as the given settings, or else the process's environment, say.

    Raises:
        Misconfigured: a setting is missing or malformed.
        StoreUnavailable: the store cannot be opened.
    """
    settings.prepare_process()
    chosen = chosen or settings.read()
    register_environments(chosen.env_modules)
    if chosen.store == "memory:" and multiprocessing.parent_process() is not None:
        raise Misconfigured("GYM_HTTP_STORE is memory:, which several workers cannot share; use sqlite:///PATH.")
    store = CountedStore(open_store(chosen.store, chosen.durability))
    keys = signing_keys(chosen)
    session = Session(
        store,
        keys,
        live_envs=chosen.live_envs,
        idle_ttl_s=chosen.idle_ttl_s,
        max_call_seconds=chosen.max_call_seconds,
        trial=Limits(chosen.max_trial_seconds, chosen.max_trial_bytes),
        max_envs=chosen.max_envs,
        max_snapshot_bytes=chosen.max_snapshot_bytes,
    )
    tickets = Tickets(keys, [owner for owner, _ in chosen.api_keys])
    log, metrics = LogWriter(chosen.log), Metrics()
    renderer = Renderer(session.thread_for_copy)
    return Service(chosen, session, renderer, store, log, metrics, Notes(log, metrics), tickets)
