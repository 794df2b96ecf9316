"""A small share of the fuzz of histories."""

import pytest

from tests.fuzz.past import Past, Wrong, past


def test_every_log_verifies_whatever_was_called_in_between() -> None:
    with past(2) as calls:
        for _ in range(600):
            calls.call()
        assert calls.verify_all() > 20
        assert calls.statuses.keys() >= {200, 404, 409, 422}


def test_a_log_that_is_contradicted_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.history.replay.digest_of", lambda *_: b"another")

    def until_found(calls: Past) -> None:
        for _ in range(600):
            calls.call()

    with past(2) as calls, pytest.raises(Wrong, match="verified"):
        until_found(calls)
