"""A state is the attributes that change and the generators; it is exact, small and checked."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.attributes.classic_control import CLASSIC_CONTROL
from shared.snapshot.attributes.state import StateMechanism, class_path
from shared.snapshot.contract.calls import Reset, Sample, Step
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import make

CARTPOLE = Recipe("CartPole-v1")


def adopted(recipe: Recipe = CARTPOLE) -> Any:
    return CLASSIC_CONTROL.adopt(make(recipe), recipe)


def after(subject: Any) -> list[Any]:
    return [
        subject.apply(Sample("action_space")),
        *(subject.apply(Step(1))[0].tolist() for _ in range(5)),
        subject.apply(Reset())[0].tolist(),
    ]


def test_a_restored_environment_goes_on_as_the_one_that_was_captured() -> None:
    there, here = adopted(), adopted()
    there.apply(Reset(seed=3))
    there.apply(Step(0))
    here.apply(Reset(seed=9))
    here.restore(there.capture())
    assert after(here) == after(there)


def test_an_unchanged_environment_gives_unchanged_bytes_also_once_restored() -> None:
    there, here = adopted(), adopted()
    there.apply(Reset(seed=3))
    body = there.capture()
    assert there.capture() == body
    here.restore(body)
    assert here.capture() == body


def test_a_cartpoles_state_takes_few_bytes() -> None:
    subject = adopted()
    subject.apply(Reset(seed=3))
    assert len(subject.capture()) < 500


def test_the_seed_is_part_of_the_state() -> None:
    there, here = adopted(), adopted()
    there.apply(Reset(seed=3))
    here.restore(there.capture())
    assert here.env.unwrapped.np_random_seed == 3


@pytest.mark.parametrize("body", [plain.dumps(1), plain.dumps([{}, 1, []]), plain.dumps([[], 1, []]), b"\xc1"])
def test_a_body_of_another_form_is_corrupt(body: bytes) -> None:
    with pytest.raises(SnapshotCorrupt):
        adopted().restore(body)


def test_a_body_of_an_environment_with_other_wrappers_is_corrupt() -> None:
    other = adopted(Recipe("CartPole-v1", wrappers=(WrapperRecipe("TimeAwareObservation", {}),)))
    other.apply(Reset(seed=1))
    with pytest.raises(SnapshotCorrupt, match="another make"):
        adopted().restore(other.capture())


def test_a_subclass_of_a_known_environment_is_not_known() -> None:
    """It may hold more."""
    env = make(CARTPOLE)
    assert CLASSIC_CONTROL.suits(env)
    more = type("CartPoleEnv", (type(env.unwrapped),), {})
    assert not CLASSIC_CONTROL.suits(more())


def test_an_unknown_wrapper_makes_an_environment_unknown() -> None:
    class Unknown(gymnasium.Wrapper[Any, Any, Any, Any]):
        pass

    assert not CLASSIC_CONTROL.suits(Unknown(make(CARTPOLE)))


def test_a_mechanism_is_of_the_classes_in_its_table() -> None:
    env = make(CARTPOLE).unwrapped
    assert StateMechanism("mine", {class_path(env): ("state",)}).suits(env)
    assert not StateMechanism("mine", {}).suits(env)
    assert class_path(np.zeros(1)) == "numpy.ndarray"
