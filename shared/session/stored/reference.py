"""Which instance, or which checkpoint of one, and the key of its snapshot in the store."""

from typing import NamedTuple


class Reference(NamedTuple):
    """An instance, or one of its checkpoints, and its owner."""

    owner: str
    instance_id: str
    checkpoint_id: str = ""
    """Empty for the instance itself."""

    @property
    def key(self) -> str:
        """The key of the snapshot in the store."""
        if self.checkpoint_id:
            return f"checkpoints/{self.owner}/{self.instance_id}/{self.checkpoint_id}"
        return f"state/{self.owner}/{self.instance_id}"

    @property
    def instance(self) -> "Reference":
        """The instance; of a checkpoint, the one it belongs to."""
        return self._replace(checkpoint_id="")
