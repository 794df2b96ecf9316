"""The table of families says of each environment what its trial chose and what its snapshots take."""

import json
from pathlib import Path

import pytest

from infra.proofs import families
from infra.proofs.families import FAMILIES, PAGE, Measured, measured, rows_in, table
from infra.proofs.long_run import LongRun
from shared.snapshot.conformance.selection import Verdict
from tests.shared.snapshot import foreign

FOREIGN = foreign.__name__


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "STEPS", (3, 60))
    monkeypatch.setattr(families, "_REPEATS", 2)


def test_an_environment_is_measured_over_its_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk ends after 50 steps."""
    monkeypatch.setattr(families, "select", lambda recipe, modules: Verdict("object-graph", {}))
    found = measured("gymnasium", FOREIGN, "ForeignWalk-v0")
    assert (found.env_id, found.mechanism, found.ended) == ("ForeignWalk-v0", "object-graph", "")
    assert len(found.sizes) == len(found.restore_ms) == 2
    assert 0 < found.sizes[1] < 2 * found.sizes[0]
    assert all(0 < each < 1000 for each in found.restore_ms)
    assert found.package.startswith("gymnasium 1.")


def test_one_that_cannot_be_made_is_told_in_the_servers_words() -> None:
    found = measured("gymnasium", FOREIGN, "ForeignUnknown-v0")
    assert found.mechanism == "refused"
    assert "ForeignUnknown" in found.ended


def test_rows_are_found_among_what_environments_print() -> None:
    row = Measured("a/Env-v0", "a 1.0", "journal", (10,), (1.0,), "step 20: full")
    played = row._replace(run=LongRun("journal", 30, ended="the time was over"))
    lines = ["pybullet build time", json.dumps(row), "[1, 2]", json.dumps(played)]
    found = [*rows_in(lines)]
    assert [each.env_id for each in found] == ["a/Env-v0"] * 2
    assert [each.run for each in found] == [None, played.run]


def test_a_row_tells_how_long_two_servers_have_played() -> None:
    run = LongRun("journal", 98_765, 400, 0, 7.25, None, 1900, 300, 4_500)
    told = table([Measured("a/Env-v0", "a 1.0", "journal", (10, 20), (1.0, 2.0), run=run)])
    assert told.splitlines()[-1].endswith("| 98,765 | 0 | 7.2 / - ms | 4,500 |")


def test_a_row_that_ended_early_has_the_reason_and_no_numbers_after_it() -> None:
    told = table([Measured("a/Env-v0", "a 1.0", "journal", (1234,), (1.25,), "step 20: it is\nfull")])
    assert (
        told.splitlines()[-1]
        == "| a 1.0 | `a/Env-v0` | `journal`; step 20: it is full | 1,234 | - | 1.2 ms | - | - | - | - | - |"
    )


def test_the_page_has_a_row_for_every_environment() -> None:
    between = families._BETWEEN.search(PAGE.read_text())
    assert between is not None
    for family in FAMILIES:
        for env_id in family.env_ids:
            assert f"| `{env_id}` |" in between[0], env_id


def test_the_makefile_has_the_target() -> None:
    assert "infra.proofs.families" in (Path(families.ROOT) / "Makefile").read_text()
