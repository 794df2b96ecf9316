"""A new instance is in the store and in the index, or in neither."""

import msgspec
import pytest

from shared.errors import Contended, KeyReused, StoreFailed, StoreUnavailable
from shared.session.lifecycle.first_write import first_written
from shared.session.stored.idempotency import Keyed
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, fail, key, listed, nothing, run, session


@pytest.mark.parametrize(("keyed", "left"), [(None, 0), (key("k", b"body"), 1)])
def test_a_write_that_breaks_off_leaves_what_its_key_can_complete(keyed: Keyed | None, left: int) -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        loaded = await at.snapshots.load(await created(at))
        header = msgspec.structs.replace(loaded.header, owner="ann", made_by=b"" if keyed is None else keyed.body)
        store.before_put.extend([nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed):
            await first_written(at.snapshots, header, loaded.body, keyed)
        assert len([entry async for entry in store.list("state/ann/")]) == left
        assert await listed(at, "ann") == {}

    run(test)


def test_an_instance_that_is_there_already_is_not_another_requests() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        loaded = await at.snapshots.load(await created(at))
        later = msgspec.structs.replace(loaded.header, created=loaded.header.created + 1)
        with pytest.raises(Contended):
            await first_written(at.snapshots, later, loaded.body, None)
        with pytest.raises(KeyReused):
            await first_written(at.snapshots, later, loaded.body, key("k", b"body"))

    run(test)
