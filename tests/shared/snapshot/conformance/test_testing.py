"""The contract holds for the mechanisms here, and each of its claims can fail."""

from typing import Any

import pytest

from shared.errors import NotExact
from shared.snapshot.attributes.classic_control import CLASSIC_CONTROL
from shared.snapshot.conformance.fresh_process import carry_out
from shared.snapshot.conformance.testing import MechanismContract
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.registry import mechanism_named

pytestmark = pytest.mark.usefixtures("one_nursery")


class TestClassicControl(MechanismContract):
    mechanism = CLASSIC_CONTROL
    recipe = Recipe("CartPole-v1", seed=1)
    modules = ("tests.shared.snapshot.foreign",)
    refused = (Recipe("ForeignWalk-v0"), Recipe("Taxi-v4"))


class TestToyText(MechanismContract):
    mechanism = mechanism_named("toy-text")
    recipe = Recipe("Taxi-v4", seed=1)


class TestBox2D(MechanismContract):
    mechanism = mechanism_named("box2d")
    recipe = Recipe("LunarLander-v3", seed=1)


class TestMujoco(MechanismContract):
    mechanism = mechanism_named("mujoco")
    recipe = Recipe("Reacher-v5", seed=1)
    refused = (Recipe("CartPole-v1"), Recipe("Reacher-v5", render_mode="rgb_array"))


class TestAle(MechanismContract):
    mechanism = mechanism_named("ale")
    recipe = Recipe("ALE/Pong-v5", kwargs={"obs_type": "ram"}, seed=1)
    modules = ("ale_py",)
    refused = (Recipe("CartPole-v1"), Recipe("ALE/Pitfall2-v5"))


class TestObjectGraph(MechanismContract):
    mechanism = mechanism_named("object-graph")
    recipe = Recipe("ForeignWalk-v0", seed=1)
    modules = ("tests.shared.snapshot.foreign",)
    refused = (Recipe("ForeignHidden-v0"),)


class TestJournal(MechanismContract):
    mechanism = mechanism_named("journal")
    recipe = Recipe("ForeignHidden-v0", seed=1)
    modules = ("tests.shared.snapshot.foreign",)
    refused = (Recipe("Reacher-v5", render_mode="rgb_array"),)


class TestJournalSinceResetAny(MechanismContract):
    mechanism = mechanism_named("journal-since-reset-any")
    recipe = Recipe("test/Rewound-v0", seed=1)
    modules = ("tests.shared.snapshot.replay.envs",)
    refused = (Recipe("Reacher-v5", render_mode="rgb_array"),)


class TestJournalSinceReset(MechanismContract):
    mechanism = mechanism_named("journal-since-reset")
    recipe = Recipe("test/Rewound-v0", seed=1)
    modules = ("tests.shared.snapshot.replay.envs",)
    refused = (Recipe("Reacher-v5", render_mode="rgb_array"),)


class Broken:
    """`classic-control` with one thing wrong."""

    name = CLASSIC_CONTROL.name
    libraries = CLASSIC_CONTROL.libraries
    home = CLASSIC_CONTROL.home

    def __init__(self, **wrong: Any) -> None:
        self._wrong = wrong

    def suits(self, env: Any) -> bool:
        return bool(self._wrong.get("suits", CLASSIC_CONTROL.suits(env)))

    def adopt(self, env: Any, recipe: Recipe) -> Any:
        return BrokenSubject(CLASSIC_CONTROL.adopt(env, recipe), self._wrong)


class BrokenSubject:
    def __init__(self, sound: Any, wrong: dict[str, Any]) -> None:
        self.env = sound.env
        self.apply = sound.apply
        self.close = sound.close
        self.capture = lambda: wrong.get("capture", lambda body: body)(sound.capture())
        self.restore = lambda body: wrong.get("restore", lambda subject, body: subject.restore(body))(sound, body)


def contract(**wrong: Any) -> MechanismContract:
    class Contract(MechanismContract):
        mechanism: Any = Broken(**wrong)
        recipe = Recipe("CartPole-v1", seed=1)
        refused = (Recipe("Taxi-v4"),)

    return Contract()


CHANGING = iter(range(1_000_000))


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("it_is_found_by_the_name_that_its_snapshots_have", {}),
        ("it_suits_what_it_carries", {"suits": False}),
        ("it_does_not_suit_what_it_cannot_carry", {"suits": True}),
        (
            "an_unchanged_environment_is_captured_in_equal_bytes",
            {"capture": lambda body: body + str(next(CHANGING)).encode()},
        ),
        ("a_changed_environment_is_captured_in_other_bytes", {"capture": lambda body: b"the same"}),
        ("a_used_environment_can_be_restored", {"restore": lambda subject, body: None}),
        ("a_body_that_was_cut_short_is_corrupt", {"restore": lambda subject, body: None}),
        ("bytes_that_the_mechanism_did_not_write_are_corrupt", {"restore": lambda subject, body: None}),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_mechanism_that_is_wrong_fails_the_claim(claim: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        getattr(contract(**wrong), f"test_{claim}")()


def test_a_mechanism_that_restores_nothing_fails_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = contract(restore=lambda subject, body: None)
    monkeypatch.setattr("shared.snapshot.conformance.fresh_process.mechanism_named", lambda _: wrong.mechanism)
    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", carry_out)
    with pytest.raises(NotExact, match="is not exact"):
        wrong.test_a_restored_environment_continues_exactly_in_a_fresh_process()


def test_a_mechanism_whose_capture_steps_the_environment_fails_the_claim() -> None:
    broken = contract()
    subject = broken.subject

    def disturbed(calls: Any = ()) -> Any:
        made = subject(calls)
        capture = made.capture
        made.capture = lambda: (made.env.unwrapped.np_random.random(), capture())[1]  # type: ignore[method-assign]
        return made

    broken.subject = disturbed  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        broken.test_capturing_does_not_disturb_what_follows()
