import pytest

from shared.snapshot.conformance.fresh_process import carry_out


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Runs trials in this process, where a test can take a remedy away."""
    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", carry_out)
    return monkeypatch
