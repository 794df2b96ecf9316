"""A store in a bucket of S3, or of a compatible server that has conditional writes.

Its variables are those of every client of AWS: `AWS_ENDPOINT_URL_S3`, `AWS_REGION`, credentials. A bucket is
addressed by path (`ENDPOINT/BUCKET/KEY`), a directory bucket of S3 Express One Zone by its own host.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec.structs import replace
from obstore.store import S3Store as Bucket

from shared import variables
from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.cloud import express
from shared.storage.cloud.failures import Place, failure_of, host_of
from shared.storage.cloud.store import FAILED, CloudStore
from shared.storage.protocol import Durability, Entry, Tag
from shared.variables import AWSVariables

if TYPE_CHECKING:
    from types import ModuleType

    from shared.storage.cloud.boto import Client

_DENIED = (
    "grant s3:GetObject, s3:PutObject and s3:DeleteObject on its objects, and s3:ListBucket on the bucket, "
    "without which S3 answers this for every missing key"
)
_REGION = "set AWS_REGION to the bucket's region"
_SESSION = "renew the credentials (AWS_SESSION_TOKEN)"
# Sources: "Error responses" in the Amazon S3 API reference, and SeaweedFS's answers where they differ.
_ADVICE = {
    "NoSuchBucket": "create the bucket or name another in GYM_HTTP_STORE",
    "InvalidBucketName": "name a bucket in GYM_HTTP_STORE",
    "AccessDenied": _DENIED,
    "403": _DENIED,
    "AllAccessDisabled": _DENIED,
    "InvalidAccessKeyId": "check AWS_ACCESS_KEY_ID: the server does not know it",
    "SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY: it does not belong to AWS_ACCESS_KEY_ID",
    "ExpiredToken": _SESSION,
    "InvalidToken": _SESSION,
    "RequestTimeTooSkewed": "correct this host's clock",
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "redirect": _REGION,
    "NotImplemented": "use a server with conditional writes (If-Match, If-None-Match)",
    "Connect": "check AWS_ENDPOINT_URL_S3 and the network",
    "Interrupted": "its replies break off; check the network and try again",
}
_CHECK = "check AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_PROFILE and the server"
_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_DEFAULT_REGION = "us-east-1"
_REGION_NAME = re.compile(r"[A-Za-z0-9-]{1,63}")


class S3Store(CloudStore):
    """Objects in `bucket` under the key prefix `prefix`."""

    # What one PutObject takes: 5 GB, "Amazon S3 multipart upload limits".
    capabilities = Capabilities(remote=True, shared=True, max_object_bytes=5 * 10**9)

    def __init__(self, bucket: str, prefix: str = "", timeout_s: float = 10.0) -> None:
        super().__init__(timeout_s)
        self.bucket = bucket
        self.prefix = "".join(f"{segment}/" for segment in prefix.split("/") if segment)
        self._timeout_s = timeout_s
        self._server: dict[str, str] = {}
        """The region, and the server's address if it is not AWS's own, as they were found."""
        self._boto: Client | None = None
        self._express = express.is_directory_bucket(bucket)
        if self._express:
            self.capabilities = replace(self.capabilities, caution=express.CAUTION)
        else:
            self.capabilities = replace(self.capabilities, link=self._link)

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "S3Store":
        """The store at `s3://BUCKET/PREFIX`; the prefix may be left out. S3 is durable whatever is asked for.

        Raises:
            Misconfigured: there is no bucket, or there are credentials, which belong in AWS_ACCESS_KEY_ID.
        """
        bucket, _, prefix = address.location.removeprefix("//").partition("/")
        if not address.location.startswith("//") or not _BUCKET.fullmatch(bucket):
            raise address.malformed("s3://BUCKET/PREFIX")
        return cls(bucket, prefix)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`; DeleteObject."""
        if expect is None:
            await super().delete(key)
            return
        boto, client = await self._client()
        try:
            await asyncio.get_running_loop().run_in_executor(client.pool, client.delete, key, expect)
        except boto.FAILED as error:
            raise self._failed(boto.failure_of(error), conditional=True) from None

    def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """See `Store.list`; ListObjectsV2."""
        if self._express:
            return express.in_order(self._folder, prefix, after)
        return super().list(prefix, after)

    async def close(self) -> None:
        """See `Store.close`."""
        await super().close()
        if self._boto is not None:
            await asyncio.to_thread(self._boto.close)

    def place(self) -> Place:
        """The bucket."""
        return Place(
            name=f"The bucket {self.bucket!r}",
            server="S3",
            host=host_of(variables.aws().endpoint),
            missing=frozenset({"NoSuchBucket"}),
            refusals=frozenset({"PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict"}),
            advice=_ADVICE | dict.fromkeys(("AccessDenied", "403"), express.DENIED) if self._express else _ADVICE,
            check=_CHECK,
        )

    async def _link(self, key: str, head: Mapping[str, str], seconds: int) -> str:
        """See `Capabilities.link`: a presigned GetObject. It ends with the credentials that signed it."""
        boto, client = await self._client()
        try:
            return await asyncio.get_running_loop().run_in_executor(client.pool, client.link, key, head, seconds)
        except boto.FAILED as error:
            raise self._failed(boto.failure_of(error)) from None

    async def _client(self) -> "tuple[ModuleType, Client]":
        """What only boto3 does, and the module that does it."""
        await self._handles.once()  # it finds the server, and whether there are credentials
        boto = await asyncio.to_thread(_boto)
        client = self._boto = self._boto or boto.Client(
            self.bucket, self.prefix, self._timeout_s, self._server["region"], self._server.get("endpoint")
        )
        return boto, client

    async def _folder(self, prefix: str) -> express.Folder:
        try:
            return await express.folder(await self._handles.retrying(), prefix)
        except FAILED as error:
            raise self._failed(failure_of(error, sent_once=False)) from None

    def _handle(self, **options: Any) -> Bucket:
        variables.drop_empty_endpoints()
        given = variables.aws()
        how: dict[str, Any] = {"region": given.region, "endpoint": given.endpoint}
        if not given.has_keys or given.profile:
            how |= self._found(given)
        how["region"] = how["region"] or _DEFAULT_REGION
        endpoint = how["endpoint"]
        if endpoint is not None and self._express:
            raise self.place().unusable(
                "AWS_ENDPOINT_URL_S3 names a server, and a directory bucket is AWS's own", "unset it"
            )
        if endpoint is None:
            del how["endpoint"]
        elif urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
            raise self.place().unusable(
                "AWS_ENDPOINT_URL_S3 is no address", "write http://HOST:PORT or https://HOST"
            )
        if not _REGION_NAME.fullmatch(how["region"]):
            raise self.place().unusable("AWS_REGION is no region", "write one such as eu-west-1")
        self._server = {name: how[name] for name in ("region", "endpoint") if name in how}
        options["client_options"]["allow_http"] = str(endpoint).startswith("http://")
        if self._express:
            how["s3_express"] = True
        if given.ca_bundle is not None:
            options["client_options"]["root_certificate"] = self._certificates(given.ca_bundle)
        try:
            # One DELETE a call, and no POST whose reply has an answer for each key.
            return Bucket(self.bucket, prefix=self.prefix or None, disable_bulk_delete=True, **how, **options)
        except (*FAILED, ValueError) as error:
            raise self.place().unusable(f"no client can be made ({type(error).__name__})", _CHECK) from error

    def _certificates(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise self.place().unusable(
                f"the certificates in {path} cannot be read ({error.strerror})", "check AWS_CA_BUNDLE"
            ) from error

    def _found(self, variables: AWSVariables) -> dict[str, Any]:
        """What boto3 finds, where the variables alone do not say how to sign."""
        from shared.storage.cloud import boto

        try:
            found = boto.found(variables.endpoint)
        except boto.NO_CREDENTIALS as error:
            raise self.place().unusable(
                f"no usable AWS credentials ({type(error).__name__})",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process a role or profile",
            ) from error
        except (*boto.FAILED, ValueError) as error:  # ValueError: botocore's for a malformed address
            raise self.place().unusable(f"no client can be made ({type(error).__name__})", _CHECK) from error
        return {
            "region": variables.region or found.region,
            "endpoint": found.endpoint,
            "credential_provider": found.credentials,
        }


def _boto() -> "ModuleType":
    """The module that needs boto3: importing it takes 0.2 s, which a step need not wait for."""
    from shared.storage.cloud import boto

    return boto
