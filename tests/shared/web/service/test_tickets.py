"""A ticket is good for one instance of one owner, for ten minutes, by any key that may have signed it."""

import time

import pytest

from shared.errors import Unauthorized
from shared.session.stored.reference import Reference
from shared.web.service.tickets import LEEWAY_S, LIFETIME_S, Tickets

OLD, NEW = b"old key, 32 characters at least", b"new key, 32 characters at least"
REFERENCE = Reference("ann", "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11")


def tickets_of(signing_keys: list[bytes], owners: list[str]) -> Tickets:
    """Those of a server whose clock is right."""
    return Tickets(signing_keys, owners, lambda: time.time())


def test_a_ticket_leads_back_to_its_owner_and_says_when_it_expires() -> None:
    tickets = tickets_of([NEW], ["ann", "bob"])
    ticket, expires = tickets.issue(REFERENCE)
    assert tickets.owner(ticket, REFERENCE.instance_id) == "ann"
    assert expires == pytest.approx(time.time() + LIFETIME_S, abs=5)


def test_a_ticket_by_an_older_signing_key_is_taken_while_that_key_is_listed() -> None:
    ticket, _ = tickets_of([OLD], ["ann"]).issue(REFERENCE)
    assert tickets_of([NEW, OLD], ["ann"]).owner(ticket, REFERENCE.instance_id) == "ann"
    with pytest.raises(Unauthorized):
        tickets_of([NEW], ["ann"]).owner(ticket, REFERENCE.instance_id)


def test_the_newest_key_signs() -> None:
    ticket, _ = tickets_of([NEW, OLD], ["ann"]).issue(REFERENCE)
    assert tickets_of([NEW], ["ann"]).owner(ticket, REFERENCE.instance_id) == "ann"


def test_a_ticket_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = tickets_of([NEW], ["ann"])
    ticket, expires = tickets.issue(REFERENCE)
    monkeypatch.setattr("time.time", lambda: expires + LEEWAY_S + 1)
    with pytest.raises(Unauthorized):
        tickets.owner(ticket, REFERENCE.instance_id)


@pytest.mark.parametrize("minutes", [-10, -2, 2, 10])
def test_a_new_ticket_of_a_server_whose_clock_is_wrong_is_taken(minutes: int) -> None:
    ticket, _ = Tickets([NEW], ["ann"], lambda: time.time() + 60 * minutes).issue(REFERENCE)
    assert tickets_of([NEW], ["ann"]).owner(ticket, REFERENCE.instance_id) == "ann"


def test_a_ticket_ends_with_its_owners_key_and_is_for_one_instance_only() -> None:
    ticket, _ = tickets_of([NEW], ["ann"]).issue(REFERENCE)
    with pytest.raises(Unauthorized):
        tickets_of([NEW], ["bob"]).owner(ticket, REFERENCE.instance_id)
    with pytest.raises(Unauthorized):
        tickets_of([NEW], ["ann"]).owner(ticket, "0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42")


@pytest.mark.parametrize("ticket", ["", ".", "..", "ann", "ann.9999999999.", "ann.x.y", "ann.1e99.\udcff"])
def test_what_was_not_signed_here_is_refused_and_not_parsed(ticket: str) -> None:
    with pytest.raises(Unauthorized):
        tickets_of([NEW], ["ann"]).owner(ticket, REFERENCE.instance_id)


def test_a_ticket_of_one_scope_does_for_no_other_however_it_is_dressed_up() -> None:
    tickets = tickets_of([NEW], ["ann"])
    for scope, other in (("watch", "session"), ("session", "watch")):
        ticket, expires = tickets.issue(REFERENCE, scope)  # type: ignore[arg-type]
        assert tickets.owner(ticket, REFERENCE.instance_id, scope) == "ann"  # type: ignore[arg-type]
        signature = ticket.rpartition(".")[2]
        for dressed in (ticket, f"ann.{expires}\n{scope}.{signature}", f"ann.{expires}\n{other}.{signature}"):
            with pytest.raises(Unauthorized):
                tickets.owner(dressed, REFERENCE.instance_id, other)  # type: ignore[arg-type]
