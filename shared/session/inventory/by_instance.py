"""A listing under one owner as it is merged with another: instance by instance, in the order of their ids."""

from collections.abc import AsyncIterator

from shared.storage.protocol import Entry, Store

BEHIND_ALL = "\U0010ffff"
"""Sorts behind every id and every owner's name."""


class ByInstance:
    """One folder's entries under an owner, such as `index/ann/`. The next one can be looked at before it is taken.

    Ids of one length come in the order of their bytes from every store, whatever stands behind them in the key.
    """

    def __init__(self, objects: Store, folder: str, owner: str, after: str = "") -> None:
        """`after` is the id of the instance behind which it begins."""
        self._prefix = f"{folder}{owner}/"
        self._after = after
        self._entries: AsyncIterator[Entry] = objects.list(self._prefix, f"{self._prefix}{after}" if after else "")
        self._entry: Entry | None = None
        self.taken = 0
        """How many entries were looked at."""
        self.instance_id = ""
        """The instance of the next entry; `BEHIND_ALL` at the end."""

    @property
    def entry(self) -> Entry:
        """The next entry. There is none at the end."""
        assert self._entry is not None
        return self._entry

    @property
    def rest(self) -> str:
        """What stands behind the instance's id in the entry's key, without what separates them."""
        return self.entry.key[len(self._prefix) + len(self.instance_id) + 1 :]

    async def advance(self) -> None:
        """Go to the next entry, and the first time to the first."""
        while True:
            self._entry = await anext(self._entries, None)
            if self._entry is None:
                self.instance_id = BEHIND_ALL
                return
            self.taken += 1
            # A tombstone of a checkpoint is `INSTANCE.CHECKPOINT`.
            self.instance_id = self._entry.key[len(self._prefix) :].partition("/")[0].partition(".")[0]
            if self.instance_id > self._after:  # stores differ in whether `a/b` comes behind `a`
                return
