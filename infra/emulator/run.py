"""Serve the deployment of `template.yaml` on this machine, with SeaweedFS as its bucket: `make lambda`."""

import argparse
import sys
from pathlib import Path

import uvicorn

from infra.aws import template
from infra.emulator.gateway import Gateway
from infra.emulator.sandbox import emulator
from infra.s3.kept_key import kept_key
from infra.s3.seaweedfs import seaweedfs
from shared.errors import Misconfigured

_DIRECTORY = Path(".gym-http/lambda")
_BUCKET = "gym-http-lambda"


def main() -> None:
    """Start SeaweedFS with its data in `.gym-http/lambda`, then the gateway on the host and port."""
    parser = argparse.ArgumentParser(prog="python -m infra.emulator.run", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--sandboxes", type=int, default=2, help="the most processes of one function")
    parser.add_argument("--rotate", action="store_true", help="use another process for each request")
    given = parser.parse_args()
    emulator()
    _DIRECTORY.mkdir(parents=True, exist_ok=True)
    try:
        signing_key = kept_key(_DIRECTORY / "signing.key")
    except Misconfigured as error:
        sys.exit(error.detail)
    with seaweedfs(_DIRECTORY / "s3") as server:
        deployment = template.read({template.BUCKET: server.create_bucket(_BUCKET), "SigningKeys": signing_key})
        gateway = Gateway(
            deployment,
            server.environment,
            _DIRECTORY / "logs",
            sandboxes=given.sandboxes,
            rotate=given.rotate,
        )
        print(f"{len(deployment.functions)} functions, with their logs in {_DIRECTORY / 'logs'}")
        uvicorn.run(gateway, host=given.host, port=given.port, timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main()
