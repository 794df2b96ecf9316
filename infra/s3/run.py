"""Serve over an S3-compatible server that this program starts: a deployment's code path on one machine."""

import argparse
import os
import sys
from pathlib import Path

from functions.serve import serve
from infra.s3.kept_key import kept_key
from infra.s3.seaweedfs import seaweedfs
from shared.errors import Misconfigured, StoreFailed

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
    try:
        sys.exit(_serve(given.host, given.port, given.s3_port))
    except (Misconfigured, StoreFailed) as error:
        sys.exit(error.detail)


def _serve(host: str, port: int, s3_port: int | None) -> int:
    with seaweedfs(_DIRECTORY, s3_port, host) as server:
        store = f"s3://{server.create_bucket(_BUCKET)}/snapshots"
        os.environ |= {
            **server.environment,
            "GYM_HTTP_STORE": store,
            "GYM_HTTP_SIGNING_KEYS": kept_key(_DIRECTORY / "signing.key"),
        }
        print(f"SeaweedFS serves {store} at {server.endpoint}, keys {server.access_key}/{server.secret_key}")
        return serve(host, port)


if __name__ == "__main__":
    main()
