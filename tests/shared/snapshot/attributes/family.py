"""What a family carried by a table of attributes has to do; its own test names its environments."""

from typing import Any

import pytest

from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.mechanism import Mechanism, keeps_spaces
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make


class FamilyContract:
    """A subclass says which environments are the family's, and one that is not."""

    mechanism: Mechanism
    ids: tuple[str, ...]
    other: str

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test that asks for `env_id` on every environment of the family."""
        if "env_id" in metafunc.fixturenames:
            metafunc.parametrize("env_id", self.ids)

    def adopted(self, env_id: str) -> Any:
        recipe = Recipe(env_id)
        return self.mechanism.adopt(make(recipe), recipe)

    def test_the_family_has_the_environment(self, env_id: str) -> None:
        assert self.mechanism.suits(make(Recipe(env_id)))

    def test_the_family_has_no_other(self) -> None:
        assert not self.mechanism.suits(make(Recipe(self.other)))

    def test_a_used_environment_goes_on_as_the_one_whose_state_it_is_given(self, env_id: str) -> None:
        """Through the end of an episode and into the next, on the same actions."""
        there, here = self.adopted(env_id), self.adopted(env_id)
        space = there.env.action_space
        space.seed(5)
        actions = [space.sample() for _ in range(40)]
        for subject, seed in ((there, 1), (here, 2)):
            subject.apply(Reset(seed=seed))
            for action in actions[:3]:
                subject.apply(Step(action))
        here.restore(there.capture())
        for action in actions:
            result = there.apply(Step(action))
            assert digest(here.apply(Step(action))) == digest(result)
            if result[2] or result[3]:
                assert digest(here.apply(Reset())) == digest(there.apply(Reset()))
        assert here.capture() == there.capture()

    def test_no_call_replaces_a_space_as_the_subject_says(self, env_id: str) -> None:
        subject = self.adopted(env_id)
        assert keeps_spaces(subject)
        spaces = subject.env.action_space, subject.env.observation_space
        spaces[0].seed(5)
        subject.apply(Reset(seed=1))
        for _ in range(60):
            result = subject.apply(Step(spaces[0].sample()))
            if result[2] or result[3]:
                subject.apply(Reset())
            assert subject.env.action_space is spaces[0]
            assert subject.env.observation_space is spaces[1]
