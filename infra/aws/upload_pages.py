"""Put the pages of `static/` into a bucket: `make upload-pages BUCKET=NAME API=https://...`.

The pages may have another origin than the API. They read its address from `config.js`.
"""

import argparse
import json
import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3

from functions.local import app
from shared.variables import name_region

STATIC = Path(__file__).parents[2] / "static"
CONFIG = "config.js"
DOCS = "docs.html"

# Modules import each other, so an old one from a cache must not meet a new one. A browser asks for each again, and
# gets 304 while it is unchanged.
_CACHE = "no-cache"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".ts": "text/plain", ".svg": "image/svg+xml"}
_ADDRESS = re.compile(r'(export const API_URL = )"[^"]*"')


class Upload(NamedTuple):
    """One object: its key below the prefix, its body and its content type."""

    key: str
    body: bytes
    content_type: str


def uploads(api_url: str, folder: Path = STATIC) -> Iterator[Upload]:
    """The folder's files as objects, with the API's address in `config.js`, and the OpenAPI document.

    Raises:
        ValueError: the address is not an http or https address, or `config.js` has no place for it.
    """
    address = _checked(api_url)
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        key = path.relative_to(folder).as_posix()
        body = _configured(path.read_text(), address).encode() if key == CONFIG else path.read_bytes()
        yield Upload(key, body, _content_type(path))
        if key == DOCS:
            yield Upload(path.stem, body, _content_type(path))  # a server has it there too
    # Each function serves its own endpoint alone, so none has the document that docs.html shows.
    yield Upload("openapi.json", json.dumps(app.openapi()).encode(), "application/json")


def upload(bucket: str, prefix: str, api_url: str, client: Any = None) -> list[str]:
    """Write every object and return the keys. Pages come last: none is served before what it loads."""
    client = client or boto3.session.Session().client("s3")
    written = []
    for each in sorted(uploads(api_url), key=lambda each: each.content_type.startswith("text/html")):
        key = f"{prefix}{each.key}"
        client.put_object(
            Bucket=bucket, Key=key, Body=each.body, ContentType=each.content_type, CacheControl=_CACHE
        )
        written.append(key)
    return written


def _checked(api_url: str) -> str:
    split = urlsplit(api_url)
    if split.scheme not in ("http", "https") or not split.netloc or split.query or split.fragment:
        raise ValueError(f"{api_url!r} is not the address of an API; give one such as https://api.example.org.")
    return api_url.rstrip("/")


def _configured(text: str, address: str) -> str:
    configured, places = _ADDRESS.subn(lambda found: found[1] + json.dumps(address), text)
    if places != 1:
        raise ValueError(f"{CONFIG} has {places} places for the API's address; it must have exactly one.")
    return configured


def _content_type(path: Path) -> str:
    """The content type, which a bucket does not guess; browsers run modules only as JavaScript."""
    found = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def main() -> None:
    """Upload the pages with the credentials and the region that boto3 finds."""
    parser = argparse.ArgumentParser(prog="python -m infra.aws.upload_pages", description=main.__doc__)
    parser.add_argument("bucket", help="the stack's output SiteBucketName")
    parser.add_argument("api", help="the stack's output ApiUrl")
    parser.add_argument("--prefix", default="", help="what the keys begin with")
    given = parser.parse_args()
    name_region()
    try:
        written = upload(given.bucket, given.prefix, given.api)
    except ValueError as error:
        parser.error(str(error))
    print(f"{len(written)} files in {given.bucket}; the pages call {given.api}")


if __name__ == "__main__":
    main()
