"""What one exploration may have is bounded, and each refusal names its bound."""

import pytest

from shared.errors import InvalidValue
from shared.session.explore.exploration import Bounds, Exploration
from shared.session.explore.sequences import Drawn
from tests.shared.session.explore.copies import rules

BOUNDS = Bounds(10_000, 1000)


def test_what_is_within_the_bounds_has_its_size() -> None:
    assert BOUNDS.size(Exploration(Drawn(10, 1000, 0), rules())) == (10, 1000)
    assert BOUNDS.size(Exploration([[0, 1], [1, 1], [1, 0]], rules(), indices=(2,))) == (3, 2)


@pytest.mark.parametrize(
    ("sequences", "told", "limit"),
    [
        (Drawn(11, 1000, 0), "GYM_HTTP_MAX_EXPLORE_STEPS", 10_000),
        (Drawn(1, 1001, 0), "GYM_HTTP_MAX_STEPS_PER_CALL", 1000),
        (Drawn(100_001, 1, 0), "100001 sequences", 100_000),
    ],
)
def test_what_is_over_a_bound_is_told_it(sequences: Drawn, told: str, limit: int) -> None:
    with pytest.raises(InvalidValue, match=told) as refused:
        BOUNDS.size(Exploration(sequences, rules()))
    assert refused.value.evidence == {"limit": limit}


@pytest.mark.parametrize("keep", [{"indices": (2,)}, {"best": 3}])
def test_only_futures_of_the_call_are_kept(keep: dict[str, object]) -> None:
    with pytest.raises(InvalidValue, match="beyond the 2"):
        BOUNDS.size(Exploration(Drawn(2, 1, 0), rules(), **keep))  # type: ignore[arg-type]
