"""Which calls are tried again, when, and for how long.

A call is retried if no reply came, or an error that waiting may cure. The server applies a call with an
idempotency key once and repeats its first reply, so no call is applied twice.
"""

import random
import time
from email.utils import parsedate_to_datetime

from gymnasium_http.errors import Contended, GymHTTPError, NoServer, ServerGone
from gymnasium_http.transport.replies import name_of

_PATIENCE_S = 30.0

# While nothing has answered at the address, it is more likely to be wrong than a server to be on its way.
_FIRST_PATIENCE_S = 1.0

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_LONGEST_RETRY_AFTER_S = 20.0

# 502 and 504 come from a gateway. The call may have been applied; its key makes repeating it harmless.
_PASSING = frozenset((429, 502, 503, 504))

# These come with 429 and 503 too, but waiting does not cure them.
_LASTING = frozenset(("quota-exceeded", "misconfigured"))

# From the system: the global generator may have been seeded, and forked processes share the state of any other.
_jitter = random.SystemRandom()


class Retries:
    """The pauses between the attempts of one call, which begins now."""

    def __init__(self, patience: float | None) -> None:
        """Retry for `patience` seconds. By default that is 30, and 1 where no server has ever answered."""
        self._patience = _PATIENCE_S if patience is None else patience
        self._first_patience = _FIRST_PATIENCE_S if patience is None else patience
        self._began = time.monotonic()
        self._failed: float | None = None
        self._pause = _FIRST_PAUSE_S

    def wait_after(self, error: GymHTTPError) -> float | None:
        """The seconds to wait before the next attempt; None if there is to be none."""
        now = time.monotonic()
        # From the first failure: a time-out may be as long as the patience, and is worth another try.
        self._failed = self._failed or now
        wait = max(_retry_after(error), self._pause * _jitter.uniform(0.5, 1))
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_S)
        nobody = isinstance(error, NoServer)
        give_up = self._began + self._first_patience if nobody else self._failed + self._patience
        return wait if passes(error) and now + wait <= give_up else None


def passes(error: GymHTTPError) -> bool:
    """Whether waiting may cure it."""
    if isinstance(error, ServerGone | Contended):
        return True
    return error.status in _PASSING and name_of(error.problem) not in _LASTING


def _retry_after(error: GymHTTPError) -> float:
    """The seconds in `Retry-After`, in either of its forms (RFC 9110, 10.2.3); 0 without one."""
    asked = error.retry_after
    if not asked:
        return 0.0
    try:
        seconds = float(asked) if asked.isdigit() else parsedate_to_datetime(asked).timestamp() - time.time()
    except ValueError:
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER_S)
