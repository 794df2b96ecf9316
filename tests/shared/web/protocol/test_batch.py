"""A result of a batch says what the reply of the single call would."""

import msgspec

from shared.errors import InstanceNotFound
from shared.session.calls.outcome import Outcome
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.snapshot.contract.recipe import Recipe
from shared.web.protocol.batch import result_of, result_of_error
from shared.web.protocol.encoding import Encoded
from shared.web.protocol.request import reply_of

HEADER = Header(
    "public", "an-id", Recipe("CartPole-v1"), "classic-control", {}, "HERE", 0.0, 0.0, 7, b"nonce", Progress()
)


def test_a_result_has_the_revision_and_the_reply() -> None:
    assert result_of(Outcome({"sample": 1}, HEADER)) == {"status": 200, "revision": 7, "sample": 1}


def test_a_replay_and_what_is_other_here_are_told_as_in_the_headers_of_a_reply() -> None:
    outcome = Outcome({"sample": 1}, HEADER, moved="from THERE to HERE", replayed=True)
    result = result_of(outcome)
    headers = reply_of(outcome._replace(reply=Encoded(b"", ()))).headers
    assert (result["replayed"], headers["idempotency-replayed"]) == (True, "true")
    assert result["warning"] == headers["warning"]
    assert headers["warning"] == '299 - "from THERE to HERE"'
    assert headers["etag"] == '"7"'


def test_a_refused_call_has_its_problem_and_that_ones_status() -> None:
    result = result_of_error(InstanceNotFound())
    assert result["status"] == result["problem"]["status"] == 404
    assert msgspec.json.encode(result)
