"""A campaign of drawn requests: to each operation alone, well-formed and malformed, and along the links."""

from collections.abc import Iterator
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given
from schemathesis import Case, GenerationMode

from tests.fuzz.api import Api, Operation

_LONGEST_SCENARIO = 12


def modes(operation: Operation) -> Iterator[GenerationMode]:
    """The generation modes of an operation: malformed requests only if it has a form."""
    yield GenerationMode.POSITIVE
    if list(operation.body) or list(operation.query):
        yield GenerationMode.NEGATIVE


def requests(api: Api, operation: Operation, mode: GenerationMode, examples: int, seed: int | None) -> None:
    """Draw requests to one operation and check the replies; without a seed they are always the same."""

    @_settings(examples, seed)
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        api.check(case, api.call(case))

    (send if seed is None else hypothesis.seed(seed)(send))()


def scenarios(api: Api, examples: int, seed: int | None) -> None:
    """Draw paths along the document's links, such as create, reset, step, render, close."""

    class Machine(api.schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            api.begin_anew()

        def call(self, case, **_):  # type: ignore[no-untyped-def]
            # Only with instances of the scenario itself: Hypothesis requires the same replies to the same calls.
            return api.call(case, known_instances=0)

        def validate_response(self, response, case, **_):  # type: ignore[no-untyped-def]
            api.check(case, response)

    machine = Machine if seed is None else hypothesis.seed(seed)(Machine)
    machine.run(settings=_settings(examples, seed, stateful_step_count=_LONGEST_SCENARIO))


def _settings(examples: int, seed: int | None, **more: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        derandomize=seed is None,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        **more,  # type: ignore[arg-type]
    )
