"""A store in a bucket of S3, or of a compatible server that has conditional writes.

boto3 reads its own settings: `AWS_ENDPOINT_URL_S3`, `AWS_REGION`, credentials. A custom endpoint is addressed by
path (`ENDPOINT/BUCKET/KEY`), boto3's default for one.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http import HTTPStatus
from itertools import islice
from typing import Any, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import StoreUnavailable
from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Durability, Entry, Stored, Tag, Unchanged
from shared.storage.s3_failures import BROKEN_OFF, of_answer, of_silence, status

_ONCE = {"total_max_attempts": 1}
"""For conditional writes: a repeated PUT reports its own success as a conflict."""

_ATTEMPTS = 3
_PAGE = 1000
"""Entries that are taken from a listing at a time."""
_REPEATED = {"mode": "standard", "total_max_attempts": _ATTEMPTS}

_CALLS_AT_ONCE = 64

P = ParamSpec("P")
R = TypeVar("R")


def _send_at_once(params: dict[str, Any], **_: Any) -> None:
    """Remove `Expect: 100-continue`, for which boto3 would wait a round trip before each body."""
    params["headers"].pop("Expect", None)


class S3Store:
    """Objects in `bucket` under the key prefix `prefix`. No client is built before the first call."""

    # What one PutObject takes: 5 GB, "Amazon S3 multipart upload limits".
    capabilities = Capabilities(remote=True, shared=True, max_object_bytes=5 * 10**9)

    def __init__(self, bucket: str, prefix: str = "", page: int = 1000, timeout_s: float = 10.0) -> None:
        """`page` is the number of entries a list request asks for, `timeout_s` the longest wait for a reply."""
        self.bucket = bucket
        self.prefix = "".join(f"{segment}/" for segment in prefix.split("/") if segment)
        self._page = page
        self._timeout_s = timeout_s
        self._session: Any = None
        self._clients: dict[bool, Any] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="store")

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "S3Store":
        """The store at `s3://BUCKET/PREFIX`; the prefix may be left out. S3 is durable whatever is asked for.

        Raises:
            Misconfigured: there is no bucket, or there are credentials, which belong in AWS_ACCESS_KEY_ID.
        """
        bucket, _, prefix = address.location.removeprefix("//").partition("/")
        if not address.location.startswith("//") or not bucket or "@" in bucket:
            raise address.malformed("s3://BUCKET/PREFIX")
        return cls(bucket, prefix)

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`; GetObject, which is repeated too if its body breaks off."""
        return await self._in_thread(self._get, key, unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; PutObject, whose ETag is the tag: the MD5 of the body, or another digest."""
        return await self._in_thread(self._put, key, body, expect)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`; DeleteObject."""
        await self._in_thread(self._delete, key, expect)

    async def list(self, prefix: str) -> AsyncIterator[Entry]:
        """See `Store.list`; ListObjectsV2."""
        listing = self._list(prefix)
        while page := await self._in_thread(lambda: list(islice(listing, _PAGE))):
            for entry in page:
                yield entry

    async def close(self) -> None:
        """Wait for the calls under way, and close the clients' connections."""
        self._pool.shutdown()
        with self._lock:
            while self._clients:
                self._clients.popitem()[1].close()

    async def _in_thread(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: function(*args, **kwargs))

    def _get(self, key: str, unless: Tag | None) -> Stored | Unchanged | None:
        condition: dict[str, str] = {} if unless is None else {"IfNoneMatch": unless}
        with self._failures():
            for _ in range(_ATTEMPTS - 1):
                # boto3 repeats a request until a reply begins; it hands over the body as a stream.
                with suppress(*BROKEN_OFF):
                    return self._read(key, condition)
            return self._read(key, condition)

    def _put(self, key: str, body: bytes, expect: Tag | Absent | None) -> Tag:
        condition = {}
        if expect is ABSENT:
            condition = {"IfNoneMatch": "*"}
        elif expect is not None:
            condition = {"IfMatch": expect}
        with self._failures(conditional=bool(condition)):
            client = self._client(once=bool(condition))
            return Tag(client.put_object(**self._place(key), Body=body, **condition)["ETag"])

    def _delete(self, key: str, expect: Tag | None) -> None:
        condition = {} if expect is None else {"IfMatch": expect}
        with self._failures(conditional=bool(condition)):
            self._client(once=bool(condition)).delete_object(**self._place(key), **condition)

    def _list(self, prefix: str) -> Iterator[Entry]:
        with self._failures():
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(
                Bucket=self.bucket, Prefix=self.prefix + prefix, PaginationConfig={"PageSize": self._page}
            ):
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(self.prefix)
                    yield Entry(key, found["LastModified"].timestamp(), found["Size"])

    def _read(self, key: str, condition: Mapping[str, str]) -> Stored | Unchanged | None:
        """What one GetObject brings, its whole body read."""
        try:
            reply = self._client().get_object(**self._place(key), **condition)
        except ClientError as error:
            if status(error) == HTTPStatus.NOT_MODIFIED:
                return UNCHANGED
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        return Stored(reply["Body"].read(), Tag(reply["ETag"]))

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + key}

    def _client(self, once: bool = False) -> Any:
        """The client that sends a request once, or the one that retries."""
        client = self._clients.get(once)
        if client is None:
            with self._lock:
                client = self._clients.get(once) or self._build(_ONCE if once else _REPEATED)
                self._clients[once] = client
        return client

    def _build(self, retries: dict[str, Any]) -> Any:
        config = Config(
            retries=retries,
            connect_timeout=3.0,
            read_timeout=self._timeout_s,
            max_pool_connections=64,
            tcp_keepalive=True,
            signature_version="s3v4",
            # These save a third of boto3's own time: 1.8 ms a put instead of 2.5.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            parameter_validation=False,
        )
        try:
            # A failure here comes before any write. boto3's default session is not thread-safe. A second client
            # from the same session takes 5 ms, from a new one 70.
            with self._failures():
                self._session = self._session or boto3.session.Session()
                client = self._session.client("s3", config=config)
                client.meta.events.register_last("before-call.s3", _send_at_once)
                return client
        except ValueError as error:  # botocore's error for a malformed URL
            raise StoreUnavailable(
                f"The client for the bucket {self.bucket!r} named by GYM_HTTP_STORE cannot be made: {error}; "
                "check AWS_ENDPOINT_URL_S3."
            ) from error

    @contextmanager
    def _failures(self, conditional: bool = False) -> Iterator[None]:
        """Raise boto3's errors as those of `Store`."""
        try:
            yield
        except ClientError as error:
            raise of_answer(error, self.bucket, conditional) from error
        except BotoCoreError as error:
            raise of_silence(error, self.bucket, conditional) from error
