"""What boto3 does for the store in S3: conditional deletes, signed addresses, credentials that only it finds.

Imported when one of them is needed, since boto3 and a client cost 0.4 to 0.5 s of a cold start. A step needs
neither where the credentials are in variables, as in a Lambda function.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)
from obstore.auth.boto3 import Boto3CredentialProvider

from shared.storage.cloud.express import is_directory_bucket
from shared.storage.cloud.failures import Failure

_NOT_CONNECTED = (EndpointConnectionError, ConnectTimeoutError)
NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
FAILED = (BotoCoreError, ClientError)

# botocore renews what expires 10 to 15 minutes before, so what it gives now is good for as long.
_RENEWED = timedelta(minutes=10)

_CALLS_AT_ONCE = 16
_AWS = (".amazonaws.com", ".amazonaws.com.cn")


class Found(NamedTuple):
    """How boto3 would reach S3."""

    credentials: Boto3CredentialProvider
    region: str | None
    endpoint: str | None
    """A server that the profile names; None for AWS."""


def found(bucket_endpoint: str | None) -> Found:
    """What boto3 finds: profiles, roles, single sign-on, the tokens of containers and of SnapStart.

    Raises:
        BotoCoreError: there are no credentials, or a setting cannot be used.
    """
    session = boto3.session.Session()
    if session.get_credentials() is None:
        raise NoCredentialsError
    client = session.client("s3", endpoint_url=bucket_endpoint)
    endpoint = str(client.meta.endpoint_url)
    client.close()
    of_aws = (urlsplit(endpoint).hostname or "").endswith(_AWS)
    return Found(
        Boto3CredentialProvider(session, ttl=_RENEWED),
        session.region_name,
        None if of_aws else endpoint,
    )


_OVERRIDES = {"Content-Type": "ResponseContentType", "Content-Encoding": "ResponseContentEncoding"}
"""Headers with which S3 sends an object if its address says so, by their names in boto3."""


class Client:
    """What is asked of one bucket by boto3; each request is sent once."""

    def __init__(self, bucket: str, prefix: str, timeout_s: float, region: str, endpoint: str | None) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._timeout_s = timeout_s
        self._server = {"region_name": region, "endpoint_url": endpoint}
        self._client: Any = None
        self._lock = threading.Lock()
        self.pool = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="boto3")
        """The threads that its calls are to be made in."""

    def delete(self, key: str, etag: str) -> None:
        """Delete the object if this is its ETag.

        Raises:
            ClientError, BotoCoreError: it was not deleted, or may be all the same.
        """
        self._made().delete_object(Bucket=self._bucket, Key=self._prefix + key, IfMatch=etag)

    def link(self, key: str, head: Mapping[str, str], seconds: int) -> str:
        """The address of an object that is sent with these headers. It is signed here, and S3 is not asked.

        Raises:
            BotoCoreError: there is nothing to sign with.
        """
        named = {_OVERRIDES[name]: value for name, value in head.items()}
        address: str = self._made().generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": self._prefix + key, **named}, ExpiresIn=seconds
        )
        return address

    def close(self) -> None:
        """Wait for the calls under way and close the client's connections."""
        self.pool.shutdown()
        if self._client is not None:
            self._client.close()

    def _made(self) -> Any:
        with self._lock:
            if self._client is None:
                # The default session is not safe in several threads.
                self._client = boto3.session.Session().client("s3", config=self._config(), **self._server)
            return self._client

    def _config(self) -> Config:
        # boto3 signs the sessions of a directory bucket in a way of their own. For other buckets it would make
        # addresses without a region, from which S3 redirects to a host that they were not signed for.
        signing: dict[str, Any] = {"signature_version": "s3v4", "s3": {"addressing_style": "path"}}
        return Config(
            retries={"total_max_attempts": 1},  # a repeated delete reports its own success as a conflict
            connect_timeout=min(3.0, self._timeout_s),
            read_timeout=self._timeout_s,
            max_pool_connections=_CALLS_AT_ONCE,
            tcp_keepalive=True,
            **({} if is_directory_bucket(self._bucket) else signing),
        )


def failure_of(error: ClientError | BotoCoreError) -> Failure:
    """What an exception of boto3 says."""
    if isinstance(error, ClientError):
        answer = error.response["ResponseMetadata"]
        return Failure(
            int(answer["HTTPStatusCode"]),
            error.response["Error"]["Code"],
            sent_once=answer.get("RetryAttempts") == 0,
        )
    return Failure(kind="Connect" if isinstance(error, _NOT_CONNECTED) else type(error).__name__)
