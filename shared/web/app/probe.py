"""The probe of the store before a server serves: one that ignores conditions would lose calls without a sign."""

import logging
import multiprocessing

from shared.errors import StoreFailed
from shared.storage.check import SLOW_S, check, slow
from shared.web.service.service import Service

_log = logging.getLogger(__name__)


async def probed(service: Service) -> None:
    """Probe the service's store, and say what who starts the server has to know.

    Raises:
        Misconfigured: the store does not keep what is promised.
        StoreFailed: it cannot be used. A process that replaces another serves all the same, since the store may
            come back and the parent process has probed it.
    """
    caution = service.session.objects.capabilities.caution
    if caution:
        _log.warning(caution)
    try:
        seconds = await check(service.address, service.settings.durability)
    except StoreFailed as error:
        if multiprocessing.parent_process() is None:
            raise
        _log.warning("the store was not probed: %s", error.detail)
    else:
        if seconds > SLOW_S:
            _log.warning(slow(seconds))
