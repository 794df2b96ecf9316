"""A result of a batch says what the reply of the single call would."""

import msgspec

from shared.errors import InstanceNotFound
from shared.session.calls import operations
from shared.session.calls.outcome import Outcome
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.settings import Settings
from shared.snapshot.contract.recipe import Recipe
from shared.web.observe.request_log import RequestLog
from shared.web.protocol.batch import BatchedCall, batch, result_of, result_of_error
from shared.web.protocol.encoding import Encoded
from shared.web.protocol.negotiation import encoding_for
from shared.web.protocol.request import Request, reply_of
from shared.web.service.service import open_service
from tests.shared.session.sessions import run, turns_beside

HEADER = Header(
    "public", "an-id", Recipe("CartPole-v1"), "classic-control", {}, "HERE", 0.0, 0.0, 7, b"nonce", Progress()
)


def test_a_result_has_the_revision_and_the_reply() -> None:
    assert result_of(Outcome({"sample": 1}, HEADER)) == {"status": 200, "revision": 7, "sample": 1}


def test_a_replay_and_what_is_other_here_are_told_as_in_the_headers_of_a_reply() -> None:
    outcome = Outcome({"sample": 1}, HEADER, moved="from THERE to HERE", replayed=True)
    result = result_of(outcome)
    headers = dict(reply_of(outcome._replace(reply=Encoded(b"", ()))).raw_headers)
    assert (result["replayed"], headers[b"idempotency-replayed"]) == (True, b"true")
    assert result["warning"] == headers[b"warning"].decode()
    assert headers[b"warning"] == b'299 - "from THERE to HERE"'
    assert headers[b"etag"] == b'"7"'


def test_a_refused_call_has_its_problem_and_that_ones_status() -> None:
    result = result_of_error(InstanceNotFound())
    assert result["status"] == result["problem"]["status"] == 404
    assert msgspec.json.encode(result)


def test_others_have_a_turn_after_each_call_of_a_batch() -> None:
    async def test() -> None:
        service = open_service(Settings(store="memory:"))
        scope = {"path": "/v1/batch/reset/", "method": "POST", "query_string": b""}
        request = Request(scope, service, RequestLog({}, "an-id"), None, encoding_for(b"", b"", b""), {})
        create = service.session.creation.create
        made = [await create("public", Recipe("CartPole-v1"), ()) for _ in range(20)]
        calls = [BatchedCall(header.instance_id, operations.reset(1, None), None) for header in made]
        assert await turns_beside(batch(request, calls)) >= 20
        await service.close()

    run(test)
