"""The types of replies are what a client may rely on."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.wire.messages.problem import Problem
from shared.wire.messages.replies import RenderReply, RolloutReply
from shared.wire.messages.step import StepReply

STEP = {"observation": [0.5], "reward": 1.0, "terminated": False, "truncated": False, "info": {}}


@pytest.mark.parametrize("flags", [False, [True, False]])
def test_a_steps_flags_are_one_or_one_for_each_environment_of_a_vector(flags: Any) -> None:
    assert TypeAdapter(StepReply).validate_python(STEP | {"terminated": flags})["terminated"] == flags


@pytest.mark.parametrize("missing", STEP)
def test_a_step_has_all_that_gymnasium_returns(missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        TypeAdapter(StepReply).validate_python({key: STEP[key] for key in STEP if key != missing})


def test_a_rollout_has_its_number_of_steps_and_its_resets_and_the_rest_if_asked() -> None:
    adapter = TypeAdapter(RolloutReply)
    assert adapter.validate_python({"steps": 0, "resets": []}) == {"steps": 0, "resets": []}
    with pytest.raises(ValidationError, match="resets"):
        adapter.validate_python({"steps": 0})


@pytest.mark.parametrize("data", ["text", ["a", "b"], [["a"], ["b"]]])
def test_a_pictures_data_is_text_or_lists_of_text(data: Any) -> None:
    reply = {"render_mode": "ansi", "content_type": "text/plain", "encoding": "utf-8", "data": data}
    assert TypeAdapter(RenderReply).validate_python(reply)["data"] == data
    with pytest.raises(ValidationError):
        TypeAdapter(RenderReply).validate_python(reply | {"content_type": "image/gif"})


def test_every_member_of_a_problem_may_be_left_out() -> None:
    """RFC 9457, 3.1."""
    assert TypeAdapter(Problem).validate_python({}) == {}
