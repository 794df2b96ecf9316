"""A reset takes a seed, or one for each environment of a vector."""

from shared.wire.messages.reset import ResetBody
from tests.shared.wire.messages.refusals import errors


def test_a_vectors_seeds_are_a_list_with_gaps() -> None:
    assert ResetBody.model_validate({"seed": [1, None, 2.0]}).seed == [1, None, 2]
    assert "at most 256" in errors(ResetBody, seed=[1] * 257)
