"""An outcome tells of the revision that its call made, whatever came afterwards."""

from shared.session.calls.outcome import Outcome
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.snapshot.contract.recipe import Recipe

HEADER = Header("ann", "an-id", Recipe("CartPole-v1"), "classic-control", {}, "", 0.0, 0.0, 9, b"", Progress())


def test_an_outcome_can_be_of_an_earlier_revision_than_its_header() -> None:
    outcome = Outcome("reply", HEADER, moved="from AVX512F")
    earlier = outcome.at(7)
    assert earlier.header.revision == 7
    assert (earlier.reply, earlier.moved, earlier.replayed) == ("reply", "from AVX512F", False)
    assert earlier.header.instance_id == "an-id"
    assert outcome.header.revision == 9
