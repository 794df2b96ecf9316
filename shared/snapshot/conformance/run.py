"""Calls on an environment as the service makes them: one that raises leaves the environment as it was before."""

import copy
from collections.abc import Callable
from typing import Any

from shared.errors import JournalFull
from shared.snapshot.conformance.outcome import Outcome, outcome, raised
from shared.snapshot.contract.calls import Call
from shared.snapshot.contract.mechanism import Mechanism, Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make
from shared.snapshot.making.vector import begun_to_serve, subject_to_restore


class Run:
    """A subject that stands where `body` was captured, and the calls that are made on it from there."""

    def __init__(self, mechanism: Mechanism, recipe: Recipe, subject: Subject, body: bytes) -> None:
        self._mechanism = mechanism
        self._recipe = recipe
        self._body = body
        self._made: list[Call] = []
        self.subject = subject
        self.returned: Any = None
        """What the last call returned; None if it raised."""

    def call(self, call: Call) -> Outcome:
        """Make the call and tell what it came to.

        Raises:
            JournalFull: the mechanism cannot take the call. That is no outcome.
        """
        try:
            # An environment may write into the action that it was given.
            self.returned = None
            self.returned = self.subject.apply(copy.deepcopy(call))
        except JournalFull:
            raise
        except Exception as error:  # the environment's own, or of one that was restored wrongly: any
            self._go_back()
            return raised(error)
        self._made.append(call)
        return outcome(self.subject.env, call, self.returned)

    def move(self) -> None:
        """Continue on another environment, restored from the state of this one, as after an eviction."""
        self._body, self._made = self.subject.capture(), []
        self._go_back()

    def close(self) -> None:
        """Close the environment."""
        self.subject.close()

    def _go_back(self) -> None:
        """Drop the environment, as the service does, and restore the state before the call."""
        self.subject.close()
        self.subject = subject_to_restore(self._mechanism, self._recipe)
        self.subject.restore(self._body)
        for call in self._made:
            self.subject.apply(copy.deepcopy(call))


def restored_run(mechanism: Mechanism, recipe: Recipe, body: bytes) -> Run:
    """A run on a new environment that was restored from the body."""
    subject = subject_to_restore(mechanism, recipe)
    subject.restore(body)
    return Run(mechanism, recipe, subject, body)


def new_run(mechanism: Mechanism, recipe: Recipe, make: Callable[[Recipe], Any] = make) -> Run:
    """A run on a new environment, which serves as one that was created does."""
    subject, body = begun_to_serve(mechanism, recipe, make)
    return Run(mechanism, recipe, subject, body)
