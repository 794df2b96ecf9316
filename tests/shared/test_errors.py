"""The tree of errors is the one that is drawn, and every error survives the way out of a child process."""

import inspect
import pickle
import re

import pytest

from shared import errors
from shared.errors import GymHTTPError

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, GymHTTPError)]


def drawn() -> dict[str, str]:
    """Each class of the drawing with the class above it."""
    above: dict[int, str] = {}
    found = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    (?P<branch>[│├└─ ]*)(?P<name>[A-Z][A-Za-z]+)\b", line)
        if match:
            depth = len(match["branch"]) // 4
            above[depth] = match["name"]
            if depth:
                found[match["name"]] = above[depth - 1]
    return found


def test_the_drawing_in_the_modules_docstring_is_the_tree() -> None:
    tree = {each.__name__: each.__bases__[0].__name__ for each in CLASSES if each is not GymHTTPError}
    assert drawn() == tree
    assert len(tree) > 25


@pytest.mark.parametrize("kind", [each for each in CLASSES if each.__init__ is GymHTTPError.__init__])
def test_an_error_has_its_text_and_its_evidence(kind: type[GymHTTPError]) -> None:
    error = kind("What happened.", limit=3)
    assert (str(error), error.detail, error.evidence) == ("What happened.", "What happened.", {"limit": 3})


@pytest.mark.parametrize(
    "error",
    [
        errors.NotExact("No.", reasons={"journal": "why"}),
        errors.NotCreatable("No.", env_id="CartPole-v1"),
        errors.JournalFull("Full.", calls=3, seconds=0.5),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_trial_raises_crosses_processes_with_its_evidence(error: GymHTTPError) -> None:
    found = pickle.loads(pickle.dumps(error))
    assert (type(found), found.detail, found.evidence) == (type(error), error.detail, error.evidence)


def test_an_environments_exception_is_told_by_its_class_and_text() -> None:
    error = errors.EnvironmentRaised(KeyError("wheel"))
    assert error.detail == "The environment raised KeyError: 'wheel'; the instance is unchanged."
    assert error.evidence == {"exception": "KeyError", "text": "'wheel'"}


def test_an_unknown_instance_has_the_predecessors_words() -> None:
    assert errors.InstanceNotFound().detail == "Instance not found"
