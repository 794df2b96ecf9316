"""What every mechanism has to keep, as a class of tests that its package inherits.

    from shared.snapshot.conformance.testing import MechanismContract

    class TestMine(MechanismContract):
        mechanism = MINE
        recipe = Recipe("mine/Env-v0", seed=1)
        modules = ("mine.envs",)

pytest collects the inherited tests; nothing here imports pytest. The mechanism has to be installed, so that a
fresh process finds it by its name.
"""

from collections.abc import Sequence
from contextlib import closing

from shared.errors import SnapshotCorrupt
from shared.snapshot.conformance.check import check_recipe
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.digest import digest_after
from shared.snapshot.contract.mechanism import Mechanism, Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import adopt
from shared.snapshot.registry import mechanism_named


class MechanismContract:
    """The claims of `contract/mechanism.py`, tested on one environment."""

    mechanism: Mechanism
    recipe: Recipe
    """What the mechanism carries. It has a seed, so that two environments made from it agree."""
    modules: tuple[str, ...] = ()
    """Modules that register the environment."""
    refused: tuple[Recipe, ...] = (Recipe("CartPole-v1"),)
    """What the mechanism does not carry, and says so."""

    def subject(self, calls: Sequence[Call] = ()) -> Subject:
        """A new environment, tended by the mechanism, on which the calls have been made."""
        register_environments(self.modules)
        subject = adopt(self.mechanism, make(self.recipe), self.recipe)
        for call in calls:
            subject.apply(call)
        return subject

    def steps(self, number: int) -> list[Call]:
        """A seeded reset and random steps, the same each time."""
        register_environments(self.modules)
        with closing(make(self.recipe)) as env:
            env.action_space.seed(5)
            return [Reset(3), *(Step(env.action_space.sample()) for _ in range(number))]

    def test_it_is_found_by_the_name_that_its_snapshots_have(self) -> None:
        assert mechanism_named(self.mechanism.name) is self.mechanism

    def test_it_suits_what_it_carries(self) -> None:
        register_environments(self.modules)
        with closing(make(self.recipe)) as env:
            assert self.mechanism.suits(env)

    def test_it_does_not_suit_what_it_cannot_carry(self) -> None:
        register_environments(self.modules)
        for recipe in self.refused:
            with closing(make(recipe)) as env:
                assert not self.mechanism.suits(env), f"It claims to carry {recipe.env_id}."

    def test_a_restored_environment_continues_exactly_in_a_fresh_process(self) -> None:
        report = check_recipe(
            self.recipe,
            modules=self.modules,
            mechanism=self.mechanism,
            episodes=(1, 2, 3),
            steps=15,
            further=40,
            chain=10,
        )
        assert report.mechanism == self.mechanism.name

    def test_an_unchanged_environment_is_captured_in_equal_bytes(self) -> None:
        """The service writes a snapshot only where the bytes changed."""
        with closing(self.subject(self.steps(3))) as subject:
            assert subject.capture() == subject.capture()

    def test_a_changed_environment_is_captured_in_other_bytes(self) -> None:
        *before, last = self.steps(4)
        with closing(self.subject(before)) as subject:
            body = subject.capture()
            subject.apply(last)
            assert subject.capture() != body

    def test_capturing_does_not_disturb_what_follows(self) -> None:
        calls = self.steps(6)
        with closing(self.subject()) as captured, closing(self.subject()) as other:
            for call in calls:
                captured.capture()
                assert digest_after(captured.env, captured.apply(call)) == digest_after(
                    other.env, other.apply(call)
                )

    def test_a_used_environment_can_be_restored(self) -> None:
        """A live environment catches up so with what another process has written."""
        calls = self.steps(6)
        with closing(self.subject(calls[:3])) as origin, closing(self.subject(calls)) as used:
            used.restore(origin.capture())
            for call in calls[3:]:
                assert digest_after(used.env, used.apply(call)) == digest_after(origin.env, origin.apply(call))

    def test_a_body_that_was_cut_short_is_corrupt(self) -> None:
        with closing(self.subject(self.steps(3))) as origin:
            body = origin.capture()
        for length in {0, 1, len(body) // 2, len(body) - 1}:
            self._refuses(body[:length], f"the first {length} of {len(body)} bytes")

    def test_bytes_that_the_mechanism_did_not_write_are_corrupt(self) -> None:
        for body in (b"\xc1", b"\xc0", b"\x90", b"\x93\x01\x02\x03", b"pickle"):
            self._refuses(body, repr(body))

    def _refuses(self, body: bytes, told: str) -> None:
        with closing(self.subject()) as subject:
            try:
                subject.restore(body)
            except SnapshotCorrupt:
                return
        raise AssertionError(f"{self.mechanism.name} restores {told}.")
