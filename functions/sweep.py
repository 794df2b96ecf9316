"""The timer: deletes what has expired. A schedule calls it on AWS; under uvicorn the application sweeps itself."""

import asyncio
from functools import cache
from typing import Any

from shared.session.stored.sweep import sweep
from shared.web.service.service import open_service


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Sweep once; the reply counts what was deleted."""
    swept = asyncio.run(sweep(_service().session.snapshots))
    return swept._asdict()


_service = cache(open_service)
