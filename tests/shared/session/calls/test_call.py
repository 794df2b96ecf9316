"""A call is one value: whatever carried it, the same call comes to the same."""

import asyncio
import json

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.web.protocol.negotiation import encoding_for
from tests.shared.session.episodes import created, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import key, run, session


def test_the_same_operation_is_told_in_the_form_that_the_call_asks_for() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        expected = uninterrupted(2)
        plain = await at.call(InstanceCall(reference, operations.Step(1), lambda result: result["observation"]))
        assert plain.reply.tolist() == expected[0]
        told = await at.call(InstanceCall(reference, operations.Step(1), encoding_for(b"", b"", b"")))
        assert json.loads(told.reply.content)["observation"] == expected[1]

    run(test)


def test_a_call_with_a_key_is_applied_once_however_often_it_comes() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        call = InstanceCall(reference, operations.Step(1), lambda result: result, keyed=key("k"))
        first, second, third = [await at.call(call) for _ in range(3)]
        assert [each.replayed for each in (first, second, third)] == [False, True, True]
        assert {each.header.revision for each in (first, second, third)} == {2}
        assert second.reply["observation"].tolist() == first.reply["observation"].tolist()
        assert (await at.snapshots.header(reference)).progress.steps == 1

    run(test)


def test_a_call_that_comes_twice_at_once_with_a_key_is_applied_once() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        call = InstanceCall(reference, operations.Step(1), lambda result: result, keyed=key("k"))
        outcomes = await asyncio.gather(at.call(call), at.call(call))
        assert sorted(outcome.replayed for outcome in outcomes) == [False, True]
        assert (await at.snapshots.header(reference)).progress.steps == 1

    run(test)
