"""The bounded tries of one call whose write other processes may come before."""

import asyncio
import random

from shared.errors import Contended, OutcomeUnknown
from shared.storage.protocol import Conflict

Failure = Conflict | OutcomeUnknown
"""How a conditional write fails: neither alone proves that it was not done, so it is read back."""

_MOST = 8
_LONGEST_PAUSE_S = 0.2
# Not the global generator, which may at this moment be lent to an environment that draws from it.
_jitter = random.Random()


class Retry:
    """Counts the tries of one call."""

    def __init__(self) -> None:
        self.failed = 0
        """How many tries failed."""
        self._last: Failure | None = None

    def note(self, failure: Failure) -> None:
        """Take note of how this try's write failed."""
        self._last = failure

    async def again(self) -> None:
        """Pause before the next try, so that two processes do not meet again.

        Raises:
            Contended: that was the last, which conflicted with another write; nothing was applied.
            OutcomeUnknown: the store lost the last of them, which may yet be applied.
        """
        self.failed += 1
        if self.failed < _MOST:
            await asyncio.sleep(_jitter.uniform(0, _LONGEST_PAUSE_S * self.failed / _MOST))
        elif isinstance(self._last, OutcomeUnknown):
            raise OutcomeUnknown(
                "The store kept failing while the call was saved, which may yet be applied; repeat it with its "
                "Idempotency-Key, or read the instance first.",
                retry_after=1,
            ) from self._last
        else:
            raise Contended("Other calls on this instance kept coming first; try again.", retry_after=1)
