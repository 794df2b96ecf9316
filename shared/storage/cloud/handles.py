"""obstore's handles of one bucket: one that retries, and one that sends each request once.

obstore, the Python face of Apache's `object_store`, awaits requests on the event loop and takes an eighth of the
time that boto3 takes. Its threads do not survive a fork, so nothing is opened before the first call.
"""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from obstore.store import AzureStore, GCSStore, S3Store

from shared import variables
from shared.errors import StoreUnavailable

Handle = S3Store | AzureStore | GCSStore

_RETRIED = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=30),
    "backoff": {"init_backoff": timedelta(milliseconds=50), "max_backoff": timedelta(seconds=1), "base": 2},
}
# A repeated conditional write reports its own success as a conflict.
_ONCE = {"max_retries": 0}

_CONNECTIONS = 256
"""Idle connections that are kept; how many are in use is bounded by GYM_HTTP_STORE_CALLS."""


class _Runtime:
    """obstore's threads, of which a process has one set for all handles."""

    def __init__(self) -> None:
        self.used = False
        self.lost = False
        """Whether they were the parent's, so that a call would wait for ever."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        self.lost = self.used


_runtime = _Runtime()


class Handles:
    """The handles of one bucket, made at the first call that needs them."""

    def __init__(self, make: Callable[..., Handle], timeout_s: float) -> None:
        """`make` takes `retry_config` and `client_options`; it may block."""
        self._make = make
        self._timeout_s = timeout_s
        self._made: dict[bool, Handle] = {}
        self._holds_loop = False

    async def retrying(self) -> Handle:
        """For reads and unconditional writes, which may be done twice."""
        return await self._handle(once=False)

    async def once(self) -> Handle:
        """For conditional writes: a request is sent once."""
        return await self._handle(once=True)

    def hold_loop(self) -> None:
        """Let handles be made on the event loop; see `Capabilities.hold_loop`."""
        self._holds_loop = True

    def forget(self) -> None:
        """Let the connections go, once no call uses them."""
        self._made.clear()

    async def _handle(self, once: bool) -> Handle:
        if _runtime.lost:
            raise StoreUnavailable(
                "The store named by GYM_HTTP_STORE cannot be used in this process, which was forked from one that "
                "had used it; start it by spawn."
            )
        return self._made.get(once) or await self._open(once)

    async def _open(self, once: bool) -> Handle:
        _runtime.used = True
        variables.name_certificates()
        options: dict[str, Any] = {
            "connect_timeout": timedelta(seconds=min(3.0, self._timeout_s)),
            # Waiting for a reply or the next part of one, and a whole request.
            "read_timeout": timedelta(seconds=self._timeout_s),
            "timeout": timedelta(seconds=3 * self._timeout_s),
            "pool_max_idle_per_host": str(_CONNECTIONS),
        }
        make = partial(self._make, retry_config=_ONCE if once else _RETRIED, client_options=options)
        # In a thread where others are served meanwhile, since credentials may be asked for over the network.
        handle = make() if self._holds_loop else await asyncio.to_thread(make)
        return self._made.setdefault(once, handle)
