"""Snapshots that travel: an instance's state as a signed file, and instances made of such files."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence

import msgspec

from shared.errors import InvalidSnapshot, SnapshotIncompatible
from shared.session.inventory.quota import Amount, Quota
from shared.session.lifecycle.checkpoints import Past
from shared.session.lifecycle.first_write import first_written
from shared.session.lifecycle.snapshot_file import as_file, from_file, without_calls
from shared.session.live.restore import check_compatible
from shared.session.stored.envelope import sealed_size
from shared.session.stored.header import Header
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.snapshot.making.arguments import check_kwargs, check_repeats
from shared.snapshot.making.make import check_registered
from shared.snapshot.versions.compatibility import Accept
from shared.storage.protocol import Tag


class Travel:
    """Writes files of one store's instances, and makes instances of them."""

    def __init__(self, snapshots: Snapshots, quota: Quota, keys: Sequence[bytes], accept: Accept) -> None:
        """`keys` sign and verify, newest first."""
        self._snapshots = snapshots
        self._quota = quota
        self._keys = keys
        self._accept = accept

    async def file(self, reference: Reference, past: Past | None = None) -> tuple[bytes, Header]:
        """The signed file of an instance, of a checkpoint, or with `past` of what it was, and its header.

        Raises:
            InstanceNotFound, CheckpointNotFound: there is none.
            GymHTTPError: what `past` raises.
        """
        if past is not None:
            loaded = await past()
        else:
            if reference.checkpoint_id:
                await self._snapshots.load(reference.instance)  # its checkpoints expire with it
            loaded = await self._snapshots.load(reference)
        # In a thread, since a digest of 16 MB takes milliseconds.
        file = await asyncio.to_thread(as_file, loaded.header, loaded.body, self._keys)
        return file, loaded.header

    async def arrive(self, owner: str, sent: bytes, modules: Iterable[str], keyed: Keyed | None = None) -> Header:
        """Make an instance of a file, which continues as the one that it came from would have.

        No environment is made for it. For a repeated call, ask `Creation.made_before` first.

        Raises:
            InvalidSnapshot: the file cannot be used; as `from_file`, or the libraries here do not continue it.
            NotCreatable: its environment is not registered here, or has arguments that are refused here.
            SnapshotTooLarge, QuotaExceeded, KeyReused, Contended, StoreFailed: as for a creation.
        """
        written, body = await asyncio.to_thread(from_file, sent, owner, self._keys)
        self._snapshots.check_size(body)
        recipe = written.recipe
        check_registered(recipe.env_id, modules)
        check_kwargs(recipe.env_id, recipe.kwargs, recipe.num_envs or 1)
        check_repeats(recipe)
        try:
            check_compatible(Loaded(written, body, Tag("")), self._accept)
        except SnapshotIncompatible as error:
            raise InvalidSnapshot(error.detail, reason="versions", **error.evidence) from error
        header = self._arrived(written, owner, keyed)
        async with self._quota.room(owner, Amount(1, sealed_size(header, body))):
            return (await first_written(self._snapshots, header, body, keyed)).header

    def _arrived(self, written: Header, owner: str, keyed: Keyed | None) -> Header:
        now = self._snapshots.clock.now()
        return msgspec.structs.replace(
            without_calls(written),
            owner=owner,
            instance_id=str(uuid.uuid4()) if keyed is None else keyed.instance_id(0),
            checkpoint_id="",
            checkpoint_name="",
            made_by=b"" if keyed is None else keyed.body,
            created=now,
            used=now,
            revision=0,
            origin=(written.instance_id, written.revision),
        )
