"""What says whether calls are recorded is true or false, and nothing like it."""

from typing import Any

import pytest

from shared.wire.messages.create import CreateBody
from shared.wire.messages.recording import RecordBody
from tests.shared.wire.messages.refusals import errors


@pytest.mark.parametrize("on", [True, False])
def test_a_flag_is_true_or_false(on: bool) -> None:
    assert RecordBody.model_validate({"on": on}).on is on
    assert CreateBody.model_validate({"env_id": "CartPole-v1", "record": on}).record is on


@pytest.mark.parametrize("sent", [0, 1, 0.0, 1.0, "true", "off", None, []])
def test_what_is_only_like_one_is_refused(sent: Any) -> None:
    assert "valid boolean" in errors(RecordBody, on=sent)
    assert "valid boolean" in errors(CreateBody, env_id="CartPole-v1", record=sent)
