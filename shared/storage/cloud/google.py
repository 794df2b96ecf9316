"""A store in a bucket of Google Cloud Storage.

Google takes about one write a second to one object, so it suits agents that act as slowly. There is no server to
test it on without an account: the rules of its conditions are those of Google's documentation, and the probe at a
server's start proves them before anything is served.
"""

import re
from typing import Any

from obstore.store import GCSStore as Bucket

from shared import variables
from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.cloud.failures import Place, host_of
from shared.storage.cloud.store import FAILED, CloudStore
from shared.storage.protocol import Durability, Tag

_RIGHTS = "give the identity the role Storage Object User on the bucket"
# Source: "HTTP status and error codes for XML" in Cloud Storage's reference.
_ADVICE = {
    "NoSuchBucket": "create the bucket or name another in GYM_HTTP_STORE",
    "AccessDenied": _RIGHTS,
    "401": "set GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT",
    "403": _RIGHTS,
    "429": "step each instance less than once a second, which is what Google takes",
    "SlowDown": "step each instance less than once a second, which is what Google takes",
    "Connect": "check GOOGLE_BASE_URL and the network",
    "Interrupted": "its replies break off; check the network and try again",
}
_CHECK = "check GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_SERVICE_ACCOUNT and the bucket"
# Source: "Bucket naming guidelines".
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")


class GoogleStore(CloudStore):
    """Objects in `bucket` under the key prefix `prefix`."""

    capabilities = Capabilities(
        remote=True,
        shared=True,
        max_object_bytes=5 * 2**40,  # "Quotas and limits"
        deletes_conditionally=False,  # Google could; obstore has no way to say it
        caution=(
            "Google Cloud Storage takes about one write a second to one object, and this store has not been tried "
            "against it: use it for agents that act as slowly."
        ),
    )

    def __init__(self, bucket: str, prefix: str = "", timeout_s: float = 10.0) -> None:
        super().__init__(timeout_s)
        self.bucket = bucket
        self.prefix = "/".join(filter(None, prefix.split("/")))

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "GoogleStore":
        """The store at `gs://BUCKET/PREFIX`; the prefix may be left out. It is durable whatever is asked for.

        Raises:
            Misconfigured: there is no bucket, or there are credentials, which belong in variables.
        """
        bucket, _, prefix = address.location.removeprefix("//").partition("/")
        if not address.location.startswith("//") or not _BUCKET.fullmatch(bucket):
            raise address.malformed("gs://BUCKET/PREFIX")
        return cls(bucket, prefix)

    def place(self) -> Place:
        """The bucket."""
        return Place(
            name=f"The bucket {self.bucket!r}",
            server="Google",
            host=host_of(variables.google_endpoint()),
            missing=frozenset({"NoSuchBucket"}),
            refusals=frozenset({"PreconditionFailed"}),
            advice=_ADVICE,
            check=_CHECK,
        )

    def _tag(self, meta: Any) -> Tag:
        # A write expects a generation, and a read is compared by the ETag.
        return Tag(f"{meta['version']} {meta['e_tag']}")

    def _version(self, tag: Tag) -> dict[str, str]:
        generation, _, etag = tag.partition(" ")
        return {"version": generation, "e_tag": etag}

    def _etag(self, tag: Tag) -> str:
        return tag.partition(" ")[2]

    def _handle(self, **options: Any) -> Bucket:
        endpoint = variables.google_endpoint()
        options["client_options"]["allow_http"] = (endpoint or "").startswith("http://")
        try:
            return Bucket(self.bucket, prefix=self.prefix or None, **options)
        except (*FAILED, ValueError) as error:
            raise self.place().unusable(f"no client can be made ({type(error).__name__})", _CHECK) from error
