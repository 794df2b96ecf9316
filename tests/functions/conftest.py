from collections.abc import Iterable, Iterator

import pytest

from shared.snapshot.conformance.selection import Verdict, run_in_child, verdict_key
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import Interpreter
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.isolation.nursery import nursery
from tests.shared.snapshot import brief_trials

Verdicts = dict[tuple[str, tuple[str, ...]], Verdict]


@pytest.fixture(scope="session")
def verdicts() -> Verdicts:
    """What the trials of kinds came to, by all that they depend on."""
    return {}


@pytest.fixture(scope="module")
def forked_trials() -> Iterator[None]:
    """Lets the process of each trial of a file be a fork of one, where many are tried."""
    with nursery(Interpreter.here().origin("random"), ["shared.snapshot.conformance.selection"]):
        yield


@pytest.fixture
def tried_once(verdicts: Verdicts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries each kind once, and briefly, for all tests which need one that is tried and are not about its trial.

    Each of them has a store of its own, and so would try it anew.
    """

    def tried(recipe: Recipe, modules: Iterable[str], limits: Limits) -> Verdict:
        key = (verdict_key(recipe), tuple(modules))
        if key not in verdicts:
            verdicts[key] = run_in_child(recipe.env_id, limits, brief_trials.select, recipe, tuple(modules))
        return verdicts[key]

    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", tried)
