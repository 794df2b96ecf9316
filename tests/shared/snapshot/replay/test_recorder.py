"""Every call that reaches the core is recorded, whoever makes it."""

from typing import Any

import gymnasium

from shared.snapshot.contract.calls import Call, Render, Reset, Step, perform
from shared.snapshot.replay.recorder import CallRecorder
from tests.shared.snapshot.replay.envs import ACTIONS, Foundling


def recorded(wrap: Any) -> tuple[Any, list[Call]]:
    """An environment inside a recorder inside a wrapper, and the calls that the recorder sees."""
    core, calls = Foundling("ansi"), []

    def record(call: Any) -> Any:
        calls.append(call)
        return perform(core, call)

    return wrap(CallRecorder(core, record)), calls


def test_a_callers_calls_are_recorded_as_they_come() -> None:
    env, calls = recorded(lambda recorder: recorder)
    env.reset(seed=5, options={"low": 0.5})
    env.step(ACTIONS[1])
    assert env.render() == "frame 1"
    assert calls == [Reset(5, {"low": 0.5}), Step(ACTIONS[1]), Render()]


def test_a_wrappers_own_calls_are_recorded_too() -> None:
    """One call of a client's may be several on the core."""

    class Twice(gymnasium.Wrapper[Any, Any, Any, Any]):
        def step(self, action: Any) -> Any:
            self.env.step(action)
            return self.env.step(action)

    env, calls = recorded(Twice)
    env.reset()
    env.step(ACTIONS[0])
    assert calls == [Reset(), Step(ACTIONS[0]), Step(ACTIONS[0])]
