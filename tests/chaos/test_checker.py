"""The checker finds what is wrong in histories written by hand, and nothing in right ones."""

from typing import Any

import gymnasium
import pytest

from tests.chaos.checker import Verdict, check
from tests.chaos.history import Attempt, calls

CREATED = {"instance_id": "a"}


class Script:
    """A history of calls, each a second long, with the replies of a real environment."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.env = gymnasium.make("CartPole-v1")
        self.revision = 0
        self.add("create", reply=CREATED, instance="", env_id="CartPole-v1")
        self.reset(7)

    def add(
        self, op: str, reply: Any = None, revision: int | None = None, instance: str = "a", **body: Any
    ) -> Attempt:
        """Add a call; without a reply its outcome is unknown."""
        return self.put(op, len(self.attempts), reply=reply, revision=revision, instance=instance, body=body)

    def put(self, op: str, invoked: float, **told: Any) -> Attempt:
        """Add a call that begins at a time and, if it has a reply, ends half a second later."""
        known = {"call": len(self.attempts), "instance": "a", "body": {}, **told}
        if known.get("reply") is not None:
            known = {"returned": invoked + 0.5, "status": 200, **known}
        attempt = Attempt(op=op, invoked=invoked, **known)
        self.attempts.append(attempt)
        return attempt

    def reset(self, seed: int) -> dict[str, Any]:
        observation, _ = self.env.reset(seed=seed)
        return self._acknowledged("reset", {"observation": observation.tolist(), "info": {}}, seed=seed)

    def step(self, action: int = 1, acknowledged: bool = True) -> dict[str, Any]:
        observation, reward, terminated, truncated, _ = self.env.step(action)
        reply = {
            "observation": observation.tolist(),
            "reward": float(reward),
            "terminated": terminated,
            "truncated": truncated,
            "info": {},
        }
        if not acknowledged:
            self.revision += 1
            self.add("step", action=action)
            return reply
        return self._acknowledged("step", reply, action=action)

    def _acknowledged(self, op: str, reply: dict[str, Any], **body: Any) -> dict[str, Any]:
        self.revision += 1
        self.add(op, reply, self.revision, **body)
        return reply

    def verdict(self) -> Verdict:
        self.env.close()
        return check(calls(self.attempts))

    def kinds(self) -> set[str]:
        return {violation.kind for violation in self.verdict().violations}


@pytest.fixture
def script() -> Script:
    return Script()


def record(revision: int, steps: int, **more: Any) -> dict[str, Any]:
    progress = {"episode": 1, "steps": steps, "episode_return": float(steps), "ended": False}
    return {"revision": revision, "origin": None, **progress, **more}


def test_calls_in_order_are_explained(script: Script) -> None:
    for action in (1, 0, 0, 1):
        script.step(action)
    script.add("read", record(5, 4))
    verdict = script.verdict()
    assert (verdict.violations, verdict.acknowledged, verdict.applied_in_silence) == ([], 7, 0)


def test_a_call_without_a_reply_may_have_been_applied_or_not(script: Script) -> None:
    script.add("step", action=0)
    script.step(1)
    script.step(0, acknowledged=False)
    script.step(1)
    verdict = script.verdict()
    assert (verdict.violations, verdict.applied_in_silence) == ([], 1)


def test_of_several_silent_calls_those_are_found_that_explain_what_followed(script: Script) -> None:
    for action in (0, 1, 1, 0):
        script.step(action, acknowledged=False)
    script.attempts[-4:] = script.attempts[:-5:-1]  # they may have been applied in another order
    script.step(1)
    verdict = script.verdict()
    assert (verdict.violations, verdict.applied_in_silence) == ([], 4)


def test_a_lost_step_is_found(script: Script) -> None:
    """Two steps were acknowledged with one revision: the second overwrote the first."""
    reply = script.step(1)
    last = script.attempts[-1]
    script.put("step", last.invoked, reply=reply, revision=last.revision, body=last.body)
    assert script.kinds() == {"lost"}


def test_a_lost_step_is_found_by_the_state_that_it_left_behind(script: Script) -> None:
    script.add("step", Script().step(1), 2, action=1)
    script.revision = 2
    script.step(0)
    assert script.kinds() == {"wrong"}


def test_a_doubled_step_is_found(script: Script) -> None:
    script.step(1)
    script.env.step(1)
    script.revision += 1
    script.step(1)
    assert script.kinds() == {"doubled"}


def test_a_repeated_call_that_was_applied_twice_is_found(script: Script) -> None:
    script.step(1)
    again = script.step(1)
    script.attempts.pop()
    script.put("step", 9, call=2, reply=again, revision=3, body={"action": 1})
    assert "doubled" in script.kinds()


def test_a_wrong_observation_is_found_to_the_last_bit(script: Script) -> None:
    reply = script.step(1)
    reply["observation"][2] = float.fromhex("0x1p-52") + reply["observation"][2]
    assert script.kinds() == {"wrong"}


def test_a_step_of_a_deleted_instance_is_found(script: Script) -> None:
    script.add("delete", {"message": "done"})
    script.step(1)
    assert script.kinds() == {"resurrected"}


def test_an_instance_that_vanished_is_found(script: Script) -> None:
    missing = {"type": "urn:gym-http:problem:instance-not-found"}
    script.put("step", 5, reply=missing, status=404, body={"action": 1})
    assert script.kinds() == {"vanished"}


def test_what_was_deleted_while_a_call_was_under_way_is_explained(script: Script) -> None:
    missing = {"type": "urn:gym-http:problem:instance-not-found"}
    script.put("delete", 5)
    script.put("step", 5.1, reply=missing, status=404, body={"action": 1})
    assert not script.verdict().violations


def test_a_stale_read_is_found(script: Script) -> None:
    script.step(1)
    script.add("read", record(1, 0))
    assert script.kinds() == {"disordered"}


def test_a_silent_call_cannot_have_been_applied_before_it_was_sent(script: Script) -> None:
    script.step(0, acknowledged=False)
    script.step(1)
    late = script.attempts.pop(-2)
    script.put("step", 9, body=late.body)
    assert script.kinds() == {"doubled"}


def test_a_server_error_is_found(script: Script) -> None:
    script.put("step", 5, reply={"type": "urn:gym-http:problem:internal"}, status=500, body={"action": 1})
    assert script.kinds() == {"unexpected"}


def test_a_restore_goes_back_to_its_checkpoint(script: Script) -> None:
    script.step(1)
    script.add("checkpoint", record(2, 1, checkpoint_id="c"))
    expected = script.step(0)
    script.step(0)
    script.add("restore", record(5, 1), 5, checkpoint_id="c")
    script.add("step", expected, 6, action=0)
    assert not script.verdict().violations


def test_a_restore_to_another_state_is_found(script: Script) -> None:
    script.add("checkpoint", record(1, 0, checkpoint_id="c"))
    script.step(1)
    wrong = script.step(1)
    script.add("restore", record(4, 0), 4, checkpoint_id="c")
    script.add("step", wrong, 5, action=1)
    assert script.kinds() == {"wrong"}


@pytest.mark.parametrize(("action", "kinds"), [(0, set()), (1, {"wrong"})])
def test_a_fork_continues_its_origin_and_is_compared_with_it(script: Script, action: int, kinds: set[str]) -> None:
    """The fork shows the action of the origin's unacknowledged call; the origin itself forgets it by a reset."""
    script.add("step", action=action)
    script.env.step(0)
    script.add("fork", {"instance_ids": ["b"]})
    script.revision = 2
    script.add("read", record(0, 1, origin={"instance_id": "a", "revision": 2}), instance="b")
    after = script.step(1)
    script.attempts.pop()
    script.add("step", after, 1, instance="b", action=1)
    script.revision = 2
    script.reset(8)
    assert script.kinds() == kinds


def test_replies_that_are_not_final_are_counted_by_their_problem(script: Script) -> None:
    for number in range(2):
        script.put(
            "step", 3.0 + number, call=9, reply={"type": "urn:gym-http:problem:outcome-unknown"}, status=503
        )
    script.put("step", 5.0, call=10)
    verdict = script.verdict()
    assert verdict.violations == []
    assert verdict.not_final == {"503 outcome-unknown": 2}
