"""What trials of environments came to, kept for every process of the store."""

import msgspec

from shared.session.stored.async_store import AsyncStore
from shared.snapshot.conformance.selection import Verdict


class Verdicts:
    """The verdicts of one store."""

    def __init__(self, objects: AsyncStore) -> None:
        self._objects = objects

    async def get(self, subject_of_trial: str) -> Verdict | None:
        """What the trial came to, if one has been made."""
        body = await self._objects.read(_place(subject_of_trial))
        return None if body is None else msgspec.json.decode(body, type=Verdict)

    async def put(self, subject_of_trial: str, verdict: Verdict) -> None:
        """Keep it, in place of an earlier one."""
        await self._objects.put(_place(subject_of_trial), msgspec.json.encode(verdict))


def _place(subject_of_trial: str) -> str:
    return f"verdicts/{subject_of_trial}"
