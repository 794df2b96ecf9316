"""A number is taken as it is meant, and refused where it would be rounded."""

from typing import Any

import pytest

from shared.wire.messages.reset import ResetBody
from tests.shared.wire.messages.refusals import errors


@pytest.mark.parametrize(
    ("sent", "seed"),
    [
        (3, 3),
        (3.0, 3),
        (0, 0),
        (2**64 - 1, 2**64 - 1),
        (2**4096 - 1, 2**4096 - 1),
        ("0", 0),
        (str(2**4096 - 1), 2**4096 - 1),
        (None, None),
    ],
)
def test_a_seed_is_an_integer_in_any_form(sent: Any, seed: int | None) -> None:
    """Some languages have only doubles, and MessagePack has no integers over 64 bits."""
    found = ResetBody.model_validate({"seed": sent}).seed
    assert (type(found), found) == (type(seed), seed)


@pytest.mark.parametrize("sent", [-1, 2**4096, 0.5, True, "03", "-3", "3.0", "٣", "9" * 5000, [-1], [True]])
def test_another_seed_is_refused(sent: Any) -> None:
    assert "seed" in errors(ResetBody, seed=sent)
