import os
from collections.abc import Iterator

import pytest

from shared.snapshot.conformance.fresh_process import Continuations, Continued, carry_out
from shared.snapshot.isolation.standing_child import StandingChild

_LONGEST_S = 600.0


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Runs trials in this process, where a test can take a remedy away."""
    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", carry_out)
    return monkeypatch


@pytest.fixture(scope="module")
def another_interpreter() -> Iterator[StandingChild]:
    """A new process with another hash seed, for the proofs of one file."""
    child = StandingChild()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONHASHSEED", "4242")
        assert child.call(_LONGEST_S, os.getpid) != os.getpid()
    yield child
    child.close()


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Continues snapshots in a process that has never had their environment; `make thorough` starts one for each.

    For Gymnasium's own environments, which leave nothing behind in a process that the next one would find.
    """
    if request.config.getoption("--hypothesis-profile") == "thorough":
        return
    child: StandingChild = request.getfixturevalue("another_interpreter")

    def continued(continuations: Continuations) -> Continued:
        return child.call(_LONGEST_S, carry_out, continuations)

    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", continued)
