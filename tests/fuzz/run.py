"""A long campaign: rounds with different seeds until enough requests were sent."""

import argparse
import logging
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from functools import partial

from schemathesis.core.failures import FailureGroup

from shared.settings import Settings
from tests.fuzz.api import Api
from tests.fuzz.campaign import modes, requests, scenarios
from tests.fuzz.sentinel import Sentinel

_EXAMPLES = 25


def main() -> None:
    """Send drawn requests to every operation; exit with status 1 if a reply was wrong or an instance was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=main.__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    given = parser.parse_args()
    began = time.monotonic()
    logging.disable()
    failures: list[str] = []
    with (
        tempfile.TemporaryDirectory() as directory,
        closing(Api(Settings(store=f"sqlite:///{directory}/snapshots.db"))) as api,
    ):
        sentinel = Sentinel(api)
        seed = given.seed
        while api.statuses.total() < given.requests and not failures:
            failures = [text for part in _round(api, seed) if (text := _failure(part))]
            sentinel.step()
            seed += 1
    replies = ", ".join(f"{count} of {status}" for status, count in sorted(api.statuses.items()))
    server_errors = sum(count for status, count in api.statuses.items() if status >= 500)
    print(
        f"{api.statuses.total()} requests to {len(api.operations)} operations in {time.monotonic() - began:.0f} s"
    )
    print(f"replies: {replies}; {server_errors} of 500 or above")
    print("\n\n".join(failures))
    sys.exit(1 if failures else 0)


def _round(api: Api, seed: int) -> list[Callable[[], None]]:
    parts = [
        partial(requests, api, operation, mode, _EXAMPLES, seed)
        for operation in api.operations.values()
        for mode in modes(operation)
    ]
    return [*parts, partial(scenarios, api, _EXAMPLES, seed)]


def _failure(part: Callable[[], None]) -> str:
    """The failures that the checks report; empty if there are none."""
    try:
        part()
    except (Exception, FailureGroup) as error:
        return "".join(traceback.format_exception_only(error))
    return ""


if __name__ == "__main__":
    main()
