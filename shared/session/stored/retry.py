"""The tries of one call: a write that another process came before is tried again, a bounded number of times."""

import asyncio
import random

from shared.errors import Contended, OutcomeUnknown
from shared.storage.protocol import Conflict

Failure = Conflict | OutcomeUnknown
"""How a conditional write fails. Neither proves that nothing was written, so the object is read back."""

MOST_TRIES = 8
"""After as many failed tries the call is refused."""
LONGEST_PAUSE_S = 0.2
"""The upper bound of the pause before the last try."""

# Not the global generator: it may be lent at this moment to an environment that draws from it.
_jitter = random.Random()


class Retry:
    """Counts the failed tries of one call."""

    def __init__(self) -> None:
        self.failed = 0
        """Number of tries that failed."""
        self._last: Failure | None = None

    def note(self, failure: Failure) -> None:
        """Record how this try's write failed."""
        self._last = failure

    async def again(self, *, at_once: bool = False) -> None:
        """Pause before the next try, for longer each time and at random, so that two processes part.

        `at_once` is for a call that has the next turn: it does not pause.

        Raises:
            Contended: there are no more tries, and the last write conflicted with another; nothing was applied.
            OutcomeUnknown: there are no more tries, and the last write may yet be applied.
        """
        self.failed += 1
        if self.failed < MOST_TRIES:
            if at_once:
                return
            await asyncio.sleep(_jitter.uniform(0, LONGEST_PAUSE_S * self.failed / MOST_TRIES))
        elif isinstance(self._last, OutcomeUnknown):
            raise OutcomeUnknown(
                "The store kept failing while the call was saved, which may yet be applied; repeat it with its "
                "Idempotency-Key, or read the instance first.",
                retry_after=1,
            ) from self._last
        else:
            raise Contended("Other calls on this instance kept being applied first; try again.", retry_after=1)
