"""A call about states is refused what it could not do."""

from typing import Any

import pytest

from shared.wire.messages.states import ForkBody
from tests.shared.wire.messages.refusals import errors


@pytest.mark.parametrize("count", [0, 1001, 1.5, True])
def test_a_fork_makes_between_one_and_a_thousand(count: Any) -> None:
    assert "count" in errors(ForkBody, count=count)
    assert ForkBody.model_validate({}).count == 1
