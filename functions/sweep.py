"""The function that deletes what has expired. On AWS a schedule calls it; a server sweeps by itself."""

import asyncio
from functools import cache
from typing import Any

from shared.session.stored.sweep import sweep
from shared.web.service.service import open_service


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep once, and return the numbers of what was deleted."""
    swept = asyncio.run(sweep(_service().session.bulk))
    return swept._asdict()


_service = cache(open_service)
