"""The calls of `Store` on obstore's handles: what the stores of all clouds have in common."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from msgspec.structs import replace
from obstore.exceptions import BaseError, NotModifiedError

from shared.errors import StoreFailed
from shared.storage.capabilities import Capabilities
from shared.storage.cloud.failures import Failure, Place, failure_of
from shared.storage.cloud.handles import Handle, Handles
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Entry, Stored, Tag, Unchanged

FAILED = (BaseError, FileNotFoundError)
"""What obstore raises; a missing object or bucket is Python's own `FileNotFoundError`."""

_PAGE = 1000
_TRIES = 3
_SETTLED_S = 0.05
_BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class CloudStore(ABC):
    """Objects in one bucket, under the key prefix of its handles. A cloud's own store says how those are made."""

    capabilities: Capabilities

    def __init__(self, timeout_s: float) -> None:
        """`timeout_s` is the longest wait for a reply, or for the next part of one."""
        self._handles = Handles(self._handle, timeout_s)
        self.capabilities = replace(type(self).capabilities, hold_loop=self._hold_loop)

    @abstractmethod
    def place(self) -> Place:
        """Where the objects are, for errors."""

    @abstractmethod
    def _handle(self, **options: Any) -> Handle:
        """A new handle with these options, which may block while credentials are found.

        Raises:
            StoreUnavailable: a setting makes none.
        """

    def _version(self, tag: Tag) -> dict[str, str]:
        """The version that a conditional write expects, in obstore's terms."""
        return {"e_tag": tag}

    def _tag(self, meta: Any) -> Tag:
        """The tag of an object, from what obstore says of it."""
        return Tag(meta["e_tag"])

    def _etag(self, tag: Tag) -> str:
        """The ETag in a tag."""
        return tag

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`; repeated too if the reply's body breaks off."""
        options: Any = None if unless is None else {"if_none_match": self._etag(unless)}
        try:
            if self.capabilities.holds_loop:
                reply, body = await self._held(key, options)
            else:
                handle = await self._handles.retrying()
                reply = await handle.get_async(key, options=options)
                body = await reply.bytes_async()
            return Stored(bytes(body), self._tag(reply.meta))
        except NotModifiedError:
            return UNCHANGED
        except FileNotFoundError as error:
            failure = failure_of(error, sent_once=False)
            if failure.code in self.place().missing:
                raise self.place().unavailable(failure) from None
            return None
        except BaseError as error:
            raise self._failed(failure_of(error, sent_once=False)) from None

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`."""
        mode: Any = "overwrite"
        if expect is not None:
            mode = "create" if expect is ABSENT else self._version(expect)
        handle = await (self._handles.retrying() if expect is None else self._handles.once())
        try:
            if self.capabilities.holds_loop:
                meta = handle.put(key, body, mode=mode, use_multipart=False)
            else:
                meta = await handle.put_async(key, body, mode=mode, use_multipart=False)
            return self._tag(meta)
        except FAILED as error:
            conditional = expect is not None
            raise self._failed(failure_of(error, sent_once=conditional), conditional) from None

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`; only without `expect`, since obstore has no conditional delete.

        Raises:
            NotImplementedError: `expect` is given; see `Capabilities.deletes_conditionally`.
        """
        if expect is not None:
            raise NotImplementedError("this store deletes unconditionally")
        handle = await self._handles.retrying()
        try:
            await handle.delete_async(key)
        except FileNotFoundError as error:
            failure = failure_of(error, sent_once=False)
            if failure.code in self.place().missing:
                raise self.place().unavailable(failure) from None
        except BaseError as error:
            raise self._failed(failure_of(error, sent_once=False)) from None

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """See `Store.list`; goes on behind the last entry if a page breaks off, which obstore does not repeat."""
        handle = await self._handles.retrying()
        last = after or None
        for tried in range(1, _TRIES + 1):
            try:
                async for page in handle.list(prefix or None, offset=last, chunk_size=_PAGE):
                    for found in page:
                        last = found["path"]
                        yield Entry(last, found["last_modified"].timestamp(), found["size"])
                return
            except FAILED as error:
                failure = failure_of(error, sent_once=False)
                if tried == _TRIES or failure.kind != "Interrupted":
                    raise self._failed(failure) from None

    async def close(self) -> None:
        """See `Store.close`."""
        self._handles.forget()
        # A thread of obstore's that still gives its result over when the interpreter ends aborts the process.
        await asyncio.sleep(_SETTLED_S)

    async def _held(self, key: str, options: Any) -> tuple[Any, Any]:
        """The reply and its body, by the handle that writes.

        A process that makes one call after another reads and then writes. A second handle would take 7 ms to open,
        and a connection of its own. So the one that retries is opened only where there is something to retry.
        """
        try:
            return _read(await self._handles.once(), key, options)
        except NotModifiedError:
            raise
        except BaseError as error:
            status = failure_of(error, sent_once=True).status
            if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _BUSY:
                raise
        return _read(await self._handles.retrying(), key, options)

    def _hold_loop(self) -> None:
        """See `Capabilities.hold_loop`.

        Awaited, a call goes to a thread of obstore's, whose result another of its threads gives back to the event
        loop, under the interpreter's lock and with a Python thread's state of its own each time.
        """
        self.capabilities = replace(self.capabilities, hold_loop=None, holds_loop=True)
        self._handles.hold_loop()

    def _failed(self, failure: Failure, conditional: bool = False) -> Conflict | StoreFailed:
        return self.place().meaning(failure, conditional)


def _read(handle: Handle, key: str, options: Any) -> tuple[Any, Any]:
    reply = handle.get(key, options=options)
    return reply, reply.bytes()
