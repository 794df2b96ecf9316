"""How many of a kind can be alive is found out before anything else is tried."""

import itertools
from pathlib import Path

import pytest

from shared.errors import NotExact
from shared.snapshot.conformance.alive import is_alone
from shared.snapshot.conformance.selection import select
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from tests.shared.snapshot import engines

MODULES = ("tests.shared.snapshot.habits", engines.__name__)

pytestmark = pytest.mark.usefixtures("one_nursery", "brief_trials")


@pytest.fixture(autouse=True)
def registered() -> None:
    register_environments(MODULES)


@pytest.mark.parametrize("name", ["Columns", "FullColumn", "NeverSteps"])
def test_of_most_kinds_a_process_holds_several(name: str) -> None:
    assert not is_alone(Recipe(f"habits/{name}-v0"), MODULES)


@pytest.mark.parametrize("name", ["Emulator", "Collected"])
def test_a_process_holds_one_whether_it_ends_with_close_or_when_it_is_collected(name: str) -> None:
    assert is_alone(Recipe(f"engines/{name}-v0"), MODULES)
    assert engines.none_living()


def test_one_of_a_machine_is_refused_in_words_that_say_so(tmp_path: Path) -> None:
    recipe = Recipe("engines/OnePort-v0", kwargs={"port": str(tmp_path / "port")})
    with pytest.raises(
        NotExact, match=r"alive on a machine: beside another, it failed \(.*\), and in another process"
    ):
        is_alone(recipe, MODULES)
    assert engines.none_living()


def test_one_that_can_be_made_once_is_refused_in_words_that_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines.MadeOnce, "begun", itertools.count())
    make(Recipe("engines/MadeOnce-v0")).close()
    with pytest.raises(
        NotExact, match=r"make engines/MadeOnce-v0 only once: .* failed \(.*the library is shut down\)\. "
    ):
        is_alone(Recipe("engines/MadeOnce-v0"), MODULES)


@pytest.mark.parametrize("name", ["Emulator", "Collected"])
def test_a_kind_of_which_a_process_holds_one_is_carried_by_a_journal_of_its_own(name: str) -> None:
    verdict = select(Recipe(f"engines/{name}-v0", render_mode="rgb_array"), MODULES)
    assert verdict.mechanism == "journal-since-reset-alone"
    assert engines.none_living()


def test_where_a_reset_leaves_something_behind_all_calls_are_kept() -> None:
    verdict = select(Recipe("engines/Emulator-v0", kwargs={"lasting": True}), MODULES)
    assert verdict.mechanism == "journal-alone"
    assert "does not begin anew with a reset" in verdict.reasons["journal-since-reset-alone"]


def test_a_vector_of_them_is_refused_in_words_that_say_so() -> None:
    with pytest.raises(NotExact, match=r"holds one engines/Emulator-v0 at a time, .* not as a vector"):
        select(Recipe("engines/Emulator-v0", num_envs=1), MODULES).selected()
