"""Grids of cells are about square, whatever they hold."""

import pytest

from shared.sheets import Grid


@pytest.mark.parametrize(
    ("cells", "width", "expected"),
    [
        (1, 160, (1, 1, 160, 112)),
        (2, 160, (2, 1, 160, 112)),
        (200, 160, (12, 17, 160, 112)),
        (3, 16, (2, 2, 16, 16)),
    ],
)
def test_a_grid_is_about_as_wide_as_high(cells: int, width: int, expected: tuple[int, int, int, int]) -> None:
    assert Grid.of(cells, width) == expected


@pytest.mark.parametrize("cells", range(1, 201, 7))
def test_every_cell_lies_within_the_sheet_and_no_row_is_empty(cells: int) -> None:
    grid = Grid.of(cells, 100)
    assert grid.columns * (grid.rows - 1) < cells <= grid.columns * grid.rows
    corners = [grid.corner(cell) for cell in range(cells)]
    assert len(set(corners)) == cells
    assert max(x for x, _ in corners) <= (grid.columns - 1) * grid.width
    assert max(y for _, y in corners) == (grid.rows - 1) * grid.height
