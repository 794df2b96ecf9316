from collections.abc import Iterable

import pytest

from shared.snapshot.conformance.selection import Verdict, select_in_child, verdict_key
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.limits import Limits

Verdicts = dict[tuple[str, tuple[str, ...]], Verdict]


@pytest.fixture(scope="session")
def verdicts() -> Verdicts:
    """What the trials of kinds came to, by all that they depend on."""
    return {}


@pytest.fixture
def tried_once(verdicts: Verdicts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries each kind once for all tests which need an environment that is tried, and are not about its trial.

    Each of them has a store of its own, and so would try it anew.
    """

    def tried(recipe: Recipe, modules: Iterable[str], limits: Limits) -> Verdict:
        key = (verdict_key(recipe), tuple(modules))
        if key not in verdicts:
            verdicts[key] = select_in_child(recipe, modules, limits)
        return verdicts[key]

    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", tried)
