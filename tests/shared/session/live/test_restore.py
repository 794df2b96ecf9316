"""An environment continues from its snapshot exactly, or is refused."""

from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium.envs.classic_control import CartPoleEnv

from shared.codec import plain
from shared.errors import SnapshotIncompatible
from shared.session.live.restore import check_compatible, closed, rebuilt
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.make import make
from shared.snapshot.registry import libraries_of
from shared.snapshot.versions.compatibility import cpu_features
from shared.snapshot.versions.numpy_digest import numpy_digest
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Store, Tag
from tests.shared.session.episodes import STEP, call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session, snapshots
from tests.shared.snapshot.graph import envs


async def written_elsewhere(store: Store, reference: Reference, **changes: Any) -> None:
    """Write the instance's snapshot again as a process with other versions would have written it."""
    at = snapshots(store)
    header, body, tag = await at.load(reference)
    libraries = {**header.libraries, **changes.pop("libraries", {})}
    saved = await at.save(msgspec.structs.replace(header, libraries=libraries, **changes), body, tag)
    assert isinstance(saved, Loaded)


def test_a_version_that_is_not_known_to_be_equal_is_refused_and_the_instance_kept() -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        now = {"gymnasium": gymnasium.__version__}
        await written_elsewhere(store, reference, libraries={"gymnasium": "0.0.1"})
        with pytest.raises(SnapshotIncompatible, match=rf"gymnasium 0\.0\.1 \(here {gymnasium.__version__};"):
            await step(session(store), reference)
        await written_elsewhere(store, reference, libraries=now)
        assert await step(session(store), reference) == uninterrupted(1)[0]

    run(test)


def test_a_numpy_that_computes_the_same_continues_bit_for_bit_and_says_so_once() -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        other = {"libraries": {"numpy": "2.0.9"}, "digests": {"numpy 2.0.9": numpy_digest()}}
        await written_elsewhere(store, reference, **other)
        at = session(store)
        outcomes = [await call(at, reference, STEP) for _ in range(2)]
        assert [outcome.reply["observation"].tolist() for outcome in outcomes] == uninterrupted(2)
        told = f"continued from numpy 2.0.9 to {np.__version__}, which are taken for equal"
        assert [outcome.moved for outcome in outcomes] == [told, None]
        header = await at.snapshots.header(reference)
        assert header.libraries["numpy"] == np.__version__
        assert header.digests[f"numpy {np.__version__}"] == numpy_digest()
        await written_elsewhere(store, reference, **other)
        with pytest.raises(SnapshotIncompatible, match="GYM_HTTP_ACCEPT is exact"):
            await step(session(store, accept="exact"), reference)

    run(test)


def test_a_header_from_before_the_digests_gets_them_at_the_next_write() -> None:
    async def test() -> None:
        store = FaultyStore()
        reference = await created(session(store))
        await written_elsewhere(store, reference, digests={})
        at = session(store)
        assert (await call(at, reference, STEP)).moved is None
        assert (await at.snapshots.header(reference)).digests == {f"numpy {np.__version__}": numpy_digest()}

    run(test)


def test_what_another_process_wrote_with_other_versions_meanwhile_is_refused_too() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        await step(at, reference)
        await written_elsewhere(store, reference, libraries={"gymnasium": "0.0.1"})
        with pytest.raises(SnapshotIncompatible, match=r"gymnasium 0\.0\.1"):
            await step(at, reference)

    run(test)


def test_an_object_graph_of_another_version_of_its_package_is_refused_before_it_is_unpickled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The versions stand in the body, whose pickle here could not even be loaded."""
    recipe, module = Recipe("Graph/Slots-v0"), envs.__name__
    versions, *others = plain.loads(OBJECT_GRAPH.adopt(make(recipe), recipe).capture())
    body = plain.dumps([{**versions, module: "1.0"}, *others[:6], b"no pickle", []])
    header = Header(
        *("public", "an-id", recipe, OBJECT_GRAPH.name, libraries_of(OBJECT_GRAPH, recipe), cpu_features()),
        *(0.0, 0.0, 0, b"", Progress()),
    )
    with pytest.raises(SnapshotIncompatible, match=rf"with {module} 1\.0 \(here "):
        check_compatible(Loaded(header, body, Tag("")), "proved")


def test_an_environment_that_fails_while_it_is_closed_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(env: gymnasium.Env[Any, Any]) -> None:
        raise RuntimeError("closed badly")

    async def test() -> None:
        at = session(MemoryStore(), live_envs=1)
        monkeypatch.setattr(CartPoleEnv, "close", failing)
        first, second = await created(at), await created(at)
        assert [await step(at, each) for each in (first, second)] == uninterrupted(1) * 2

    run(test)


def test_an_environment_on_a_lost_thread_is_left_alone() -> None:
    class Lost:
        lost = True

        async def run(self, *_: Any) -> Any:
            raise AssertionError("nothing can be called there")

    run(lambda: closed(Lost(), object()))  # type: ignore[arg-type]


def test_a_fork_that_is_to_differ_gets_generators_of_its_own() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        loaded = await at.snapshots.load(reference)
        plain, other, again = [
            rebuilt(loaded._replace(header=msgspec.structs.replace(loaded.header, reseed=reseed)))
            for reseed in (None, (7, 0), (7, 0))
        ]
        assert other.capture() == again.capture() != plain.capture()
        assert plain.capture() == loaded.body

    run(test)
