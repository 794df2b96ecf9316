"""A file carries a state, and nothing of the calls on the instance that it is of."""

import msgspec
import pytest

from shared.errors import InvalidSnapshot
from shared.session.lifecycle.snapshot_file import as_file, from_file
from shared.session.stored.envelope import seal
from shared.session.stored.header import Turn
from tests.shared.session.stored.test_envelope import HEADER, NEW, OLD

CALLED = msgspec.structs.replace(HEADER, made_by=b"made", turn=Turn(b"a call..", 1.0))


def test_a_file_has_the_state_without_the_calls() -> None:
    header, body = from_file(as_file(CALLED, b"body", [OLD]), "ann", [NEW, OLD])
    assert body == b"body"
    assert (header.recent, header.keyed, header.made_by, header.turn) == (b"", (), b"", None)
    kept = msgspec.structs.replace(
        header, body_digest=b"", recent=CALLED.recent, keyed=CALLED.keyed, made_by=b"made", turn=CALLED.turn
    )
    assert kept == CALLED


def test_a_stored_snapshot_is_no_file() -> None:
    with pytest.raises(InvalidSnapshot, match="no snapshot") as refused:
        from_file(seal(CALLED, b"body", [NEW]), "public", [NEW])
    assert refused.value.evidence == {"reason": "damaged"}


@pytest.mark.parametrize(("owner", "taken"), [("ann", True), ("bob", False), ("public", False)])
def test_a_file_is_its_owners(owner: str, taken: bool) -> None:
    file = as_file(msgspec.structs.replace(HEADER, owner="ann"), b"body", [NEW])
    if taken:
        assert from_file(file, owner, [NEW])[0].owner == "ann"
        return
    with pytest.raises(InvalidSnapshot) as refused:
        from_file(file, owner, [NEW])
    assert refused.value.evidence == {"reason": "owner"}
