"""The function that deletes what has expired. On AWS a schedule calls it; a server sweeps by itself.

`python -m functions.sweep` sweeps once, for servers that leave it to a job: `GYM_HTTP_SWEEP=off`.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from functools import cache
from typing import Any

from shared.errors import Misconfigured, StoreFailed
from shared.session.inventory.merge import Swept
from shared.session.inventory.sweep import sweep
from shared.web.service.service import open_service


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep once, and return the numbers of what was deleted; none if another process sweeps the store now."""
    service = _service()
    swept = asyncio.run(sweep(service.session.bulk, service.settings.history_ttl_s))
    return {} if swept is None else asdict(swept)


_service = cache(open_service)


def main() -> None:
    """Delete what has expired in the store that GYM_HTTP_STORE names, and print how much of each kind it was."""
    argparse.ArgumentParser(prog="python -m functions.sweep", description=main.__doc__).parse_args()
    try:
        swept = asyncio.run(_sweep_once())
    except (Misconfigured, StoreFailed) as error:
        sys.exit(error.detail)
    if swept is None:
        print("Another process sweeps this store now, so nothing was done here.", file=sys.stderr)
    else:
        print(json.dumps(asdict(swept)))


async def _sweep_once() -> Swept | None:
    service = open_service()
    try:
        return await sweep(service.session.snapshots, service.settings.history_ttl_s)
    finally:
        await service.close()


if __name__ == "__main__":
    main()
