"""The shipped table of equal versions says only what may be said, and is read part by part."""

import pytest

from infra.proofs.compatibility_samples import SAMPLES
from shared.snapshot.versions import proved
from shared.snapshot.versions.compatibility import ENGINES
from shared.snapshot.versions.distributions import PYTHON
from shared.snapshot.versions.proved import Line, continuing, proved_lines, proves
from tests.servers import ROOT


def test_the_shipped_table_has_lines_and_each_stands_once() -> None:
    places = [(line.package, line.written, line.continued) for line in proved_lines()]
    assert places
    assert len({*places}) == len(places)


@pytest.mark.parametrize(
    "line", proved_lines(), ids=lambda line: f"{line.package}-{line.written}-{line.continued}"
)
def test_a_line_is_of_two_versions_of_one_major_of_no_engine(line: Line) -> None:
    assert line.package not in ENGINES | {PYTHON}
    assert line.written != line.continued
    assert line.written.partition(".")[0] == line.continued.partition(".")[0]


@pytest.mark.parametrize(
    "line", proved_lines(), ids=lambda line: f"{line.package}-{line.written}-{line.continued}"
)
def test_every_part_of_a_line_has_samples_by_which_it_can_be_proved_again(line: Line) -> None:
    assert line.parts
    assert [*line.parts] == sorted({*line.parts})
    assert {*line.parts} <= {*SAMPLES}


def test_the_page_on_upgrades_names_every_version_of_the_table() -> None:
    page = (ROOT / "docs" / "limits.md").read_text()
    versions = {version for line in proved_lines() for version in (line.written, line.continued)}
    assert [version for version in sorted(versions) if version not in page] == []


def test_a_line_counts_in_its_own_direction_and_for_all_parts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        proved, "proved_lines", lambda: (Line("a", "1", "2", ("x", "y")), Line("a", "1", "3", ("x",)))
    )
    assert proves("a", "1", "2", ["y", "x"])
    assert not proves("a", "2", "1", ["x"])
    assert not proves("a", "1", "2", ["x", "z"])
    assert not proves("b", "1", "2", ["x"])
    assert continuing("a", "1", ["x"]) == ["2", "3"]
