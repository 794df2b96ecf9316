"""Serve over an S3-compatible server that this program starts: a deployment's code path on one machine."""

import argparse
import os
import secrets
from pathlib import Path

from functions.serve import serve
from infra.s3.seaweedfs import seaweedfs

_DIRECTORY = Path(".gym-http/s3")
_BUCKET = "gym-http"


def main() -> None:
    """Start SeaweedFS with its data in `.gym-http/s3`, then the service on the host and port."""
    parser = argparse.ArgumentParser(prog="python -m infra.s3.run", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument(
        "--s3-port", type=int, help="the store's own port, on the same host; a free one if not given"
    )
    given = parser.parse_args()
    with seaweedfs(_DIRECTORY, given.s3_port, given.host) as server:
        store = f"s3://{server.create_bucket(_BUCKET)}/snapshots"
        os.environ |= {
            **server.environment,
            "GYM_HTTP_STORE": store,
            "GYM_HTTP_SIGNING_KEYS": kept_key(_DIRECTORY / "signing.key"),
        }
        print(f"SeaweedFS serves {store} at {server.endpoint}, keys {server.access_key}/{server.secret_key}")
        serve(given.host, given.port)


def kept_key(path: Path) -> str:
    """The signing key, kept from run to run so that earlier snapshots stay readable."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


if __name__ == "__main__":
    main()
