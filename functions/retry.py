"""`python -m functions.retry ENV_ID`: forget what the trials of an environment came to, so that it is tried again.

For a refusal that was for something outside the environment, such as a file that was missing. A newer version of
the environment's package, a changed module or another mechanism is tried anew by itself.
"""

import argparse
import asyncio
import sys

from shared.session.lifecycle.verdicts import Verdicts
from shared.variables import prepare_process
from shared.web.service.service import open_service


def main() -> int:
    """Delete the stored verdicts of one environment in the store of GYM_HTTP_STORE."""
    prepare_process()
    parser = argparse.ArgumentParser(prog="python -m functions.retry", description=main.__doc__)
    parser.add_argument("env_id")
    env_id = parser.parse_args().env_id
    forgotten = asyncio.run(_forget(env_id))
    print(f"{forgotten} verdicts of {env_id} are forgotten; its next creation is tried.")
    return 0 if forgotten else 1


async def _forget(env_id: str) -> int:
    return await Verdicts(open_service().session.snapshots.objects).forget(env_id)


if __name__ == "__main__":
    sys.exit(main())
