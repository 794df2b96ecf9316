"""From the address in a setting to the store; the only place that knows all stores."""

from typing import get_args

from shared.errors import Misconfigured
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Store
from shared.storage.sqlite import Durability, SQLiteStore

_FORMS = "sqlite:///RELATIVE/PATH, sqlite:////ABSOLUTE/PATH, s3://BUCKET/PREFIX or memory:"


def open_store(url: str, durability: str) -> Store:
    """The store that the values of GYM_HTTP_STORE and GYM_HTTP_DURABILITY name; it is not contacted yet.

    Paths are taken as they stand, without decoding. The prefix of an S3 address may be left out.

    Raises:
        Misconfigured: a value is of none of the accepted forms; the sentence names its setting.
    """
    if durability not in get_args(Durability):
        raise Misconfigured(f"GYM_HTTP_DURABILITY is {durability!r}; set it to process or power.")
    scheme, _, rest = url.partition(":")
    path = rest.removeprefix("///")
    if url == "memory:":
        return MemoryStore()
    if scheme == "sqlite" and path not in ("", rest, ":memory:"):
        return SQLiteStore(path, "power" if durability == "power" else "process")
    bucket, _, prefix = rest.removeprefix("//").partition("/")
    if scheme == "s3" and rest.startswith("//") and bucket and "@" not in bucket:
        # boto3 takes 0.4 s to import.
        from shared.storage.s3 import S3Store

        return S3Store(bucket, prefix)
    # The value is not repeated: credentials may have been written into it.
    raise Misconfigured(f"GYM_HTTP_STORE is not the address of a store; set it to {_FORMS}.")
