"""SnapStart: what a function does before Lambda keeps a snapshot of its process, from which others start.

Source: "Improving startup performance with Lambda SnapStart" in the AWS Lambda developer guide.
"""

from shared import settings, variables
from shared.errors import Misconfigured
from shared.snapshot.making.make import register_environments


def prepare_snapshot() -> None:
    """Import what the first call would import, where this process is about to be kept; else do nothing.

    No connection is made and no number drawn: all that start from the snapshot would share them. Credentials are
    found after the start, by boto3, since SnapStart gives functions a token for them and no key.
    """
    if not variables.is_kept_by_snapstart():
        return
    import pydantic  # noqa: F401
    import starlette.middleware.cors  # noqa: F401

    import shared.session.lifecycle.create
    import shared.storage.cloud.boto
    import shared.storage.cloud.s3  # noqa: F401

    try:
        chosen = settings.read()
    except Misconfigured:
        return  # told by the first call, to whoever makes it
    register_environments(chosen.env_modules)
