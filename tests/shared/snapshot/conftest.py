import gc
import os
from collections.abc import Iterator

import pytest

from shared.snapshot.conformance.fresh_process import Continuations, Continued, carry_out
from shared.snapshot.conformance.new_processes import new_processes
from shared.snapshot.isolation.standing_child import StandingChild
from tests.shared.snapshot.brief_trials import BRIEF

_LONGEST_S = 600.0
_MANY_OBJECTS = 100_000


@pytest.fixture(autouse=True, scope="module")
def short_collections() -> None:
    """Lets what earlier files have imported be passed over by garbage collections.

    Where one engine has to end before the next begins, every environment that is made asks for one. They took six
    of seven seconds of such a file.
    """
    if len(gc.get_objects(generation=2)) > _MANY_OBJECTS:
        gc.collect()
        gc.freeze()


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


@pytest.fixture(scope="module")
def one_nursery(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets the new processes of a file's proofs be forks of one; `make thorough` starts one for each proof."""
    if request.config.getoption("--hypothesis-profile") == "thorough":
        yield
        return
    with new_processes():
        yield


@pytest.fixture
def brief_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials of few calls."""
    for each in BRIEF:
        monkeypatch.setattr(*each)
