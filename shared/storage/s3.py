"""A store in a bucket of S3 or of any server that speaks its protocol, conditional writes included.

boto3's own sources of settings hold: `AWS_ENDPOINT_URL_S3`, `AWS_REGION`, credentials. A custom endpoint is
addressed by path (`ENDPOINT/BUCKET/KEY`), which is boto3's default for one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import StoreUnavailable
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Entry, Stored, Tag, Unchanged
from shared.storage.s3_failures import of_answer, of_silence, status

_ONCE = {"total_max_attempts": 1}
"""For conditional writes: a PUT that boto3 repeats reports a conflict with its own success."""

_REPEATED = {"mode": "standard", "total_max_attempts": 3}


def _send_at_once(params: dict[str, Any], **_: Any) -> None:
    """Take `Expect: 100-continue` back: boto3 sends it with every body and waits a round trip for the answer."""
    params["headers"].pop("Expect", None)


class S3Store:
    """Objects in `bucket` under the key prefix `prefix`. No client is built before the first call."""

    brief = False

    def __init__(self, bucket: str, prefix: str = "", page: int = 1000, timeout_s: float = 10.0) -> None:
        """`page` is how many entries one request lists, `timeout_s` how long a reply is waited for."""
        self.bucket = bucket
        self.prefix = "".join(f"{segment}/" for segment in prefix.split("/") if segment)
        self._page = page
        self._timeout_s = timeout_s
        self._session: Any = None
        self._clients: dict[bool, Any] = {}
        self._lock = threading.Lock()

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`; GetObject."""
        condition = {} if unless is None else {"IfNoneMatch": unless}
        with self._failures():
            try:
                reply = self._client().get_object(**self._place(key), **condition)
            except ClientError as error:
                if status(error) == HTTPStatus.NOT_MODIFIED:
                    return UNCHANGED
                if error.response["Error"]["Code"] == "NoSuchKey":
                    return None
                raise
            return Stored(reply["Body"].read(), Tag(reply["ETag"]))

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; PutObject, whose ETag is the tag: the MD5 of the body, or another digest."""
        condition = {}
        if expect is ABSENT:
            condition = {"IfNoneMatch": "*"}
        elif expect is not None:
            condition = {"IfMatch": expect}
        with self._failures(conditional=bool(condition)):
            client = self._client(once=bool(condition))
            return Tag(client.put_object(**self._place(key), Body=body, **condition)["ETag"])

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        """See `Store.delete`; DeleteObject, which does not tell whether there was one: HeadObject does."""
        if expect is not None:
            with self._failures(conditional=True):
                self._client(once=True).delete_object(**self._place(key), IfMatch=expect)
            return True
        with self._failures():
            existed = self._exists(key)
            # Also when nothing was found: HeadObject says 404 of a missing bucket, without saying so.
            self._client().delete_object(**self._place(key))
        return existed

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Store.list`; ListObjectsV2."""
        with self._failures():
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(
                Bucket=self.bucket, Prefix=self.prefix + prefix, PaginationConfig={"PageSize": self._page}
            ):
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(self.prefix)
                    yield Entry(key, found["LastModified"].timestamp(), found["Size"])

    def reclaim(self) -> int:
        """See `Store.reclaim`; a deleted object leaves nothing behind here."""
        return 0

    def close(self) -> None:
        """Close the clients' connections."""
        with self._lock:
            while self._clients:
                self._clients.popitem()[1].close()

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + key}

    def _exists(self, key: str) -> bool:
        try:
            self._client().head_object(**self._place(key))
        except ClientError as error:
            if status(error) == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def _client(self, once: bool = False) -> Any:
        """The client that makes one attempt, or the one that repeats what failed."""
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
            # The rest saves a third of boto3's own time: 1.8 ms a put instead of 2.5.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            parameter_validation=False,
        )
        try:
            # A failure here is never one of a write. boto3's default session is shared and not safe for
            # threads; from one session a second client takes 5 ms, from a new one 70.
            with self._failures():
                self._session = self._session or boto3.session.Session()
                client = self._session.client("s3", config=config)
                client.meta.events.register_last("before-call.s3", _send_at_once)
                return client
        except ValueError as error:  # how botocore refuses a malformed URL
            raise StoreUnavailable(
                f"The client for the bucket {self.bucket!r} named by GYM_HTTP_STORE cannot be made: {error}; "
                "check AWS_ENDPOINT_URL_S3."
            ) from error

    @contextmanager
    def _failures(self, conditional: bool = False) -> Iterator[None]:
        """Turn boto3's errors into the Protocol's."""
        try:
            yield
        except ClientError as error:
            raise of_answer(error, self.bucket, conditional) from error
        except BotoCoreError as error:
            raise of_silence(error, self.bucket, conditional) from error
