"""One look at an instance is drawn from its newest snapshot and leaves no trace."""

import pytest

from shared.errors import InstanceNotFound, NotRenderable, ResetNeeded
from shared.session.calls import operations
from shared.session.calls.outcome import Outcome
from shared.session.monitor.look import look
from shared.session.monitor.renderer import Renderer
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.episodes import STEP, call, created
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session

TEXT = Recipe("FrozenLake-v1", render_mode="ansi")
PIXELS = Recipe("CartPole-v1", render_mode="rgb_array")


async def looked(at: Session, reference: Reference, max_pixels: int = 10**6) -> Outcome:
    renderer = Renderer(at.thread_for_copy)
    try:
        return await look(at, renderer, reference, lambda reply: reply, max_pixels)
    finally:
        await renderer.close()


def test_a_look_shows_what_render_gives_and_writes_nothing() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store), session(store)
        reference = await created(one, TEXT)
        await call(other, reference, STEP)
        store.calls.clear()
        found = await looked(one, reference)  # which has an older state live
        assert store.calls == {"get": 1}
        assert found.header.revision == 2
        assert found.reply == (await call(other, reference, operations.render(1))).reply
        assert (await one.snapshots.header(reference)).revision == 2

    run(test)


def test_what_cannot_be_looked_at_is_refused_as_render_refuses_it() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        with pytest.raises(NotRenderable, match="no render_mode, which gives no pictures"):
            await looked(at, await created(at))
        with pytest.raises(ResetNeeded, match="Call reset first"):
            await looked(at, await created(at, TEXT, seed=None))
        with pytest.raises(NotRenderable, match="600 x 400"):
            await looked(at, await created(at, PIXELS), max_pixels=10)
        with pytest.raises(InstanceNotFound):
            await looked(at, Reference("public", "gone"))

    run(test)
