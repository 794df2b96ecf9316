"""What is measured goes between the markers of a page, and what was not stays."""

from pathlib import Path

import pytest

from tests.benchmarks.tables import table, write

HEAD = ("goal", "measured")


def test_a_table_replaces_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- a -->\nold\n<!-- /a -->\nafter\n")
    write(page, "a", table(HEAD, [("speed", 1)]))
    assert page.read_text() == (
        "before\n<!-- a -->\n| goal | measured |\n| --- | --- |\n| speed | 1 |\n<!-- /a -->\nafter\n"
    )
    with pytest.raises(ValueError, match="no marker <!-- b -->"):
        write(page, "b", "")


def test_rows_that_were_not_measured_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- a -->\n\n<!-- /a -->")
    write(page, "a", table(HEAD, [("speed", 1), ("size", 2)]))
    write(page, "a", table(HEAD, [("rate", 4), ("speed", 3)]), keep=True)
    assert page.read_text() == f"<!-- a -->\n{table(HEAD, [('speed', 3), ('size', 2), ('rate', 4)])}\n<!-- /a -->"
