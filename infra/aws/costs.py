"""The costs of the deployment and its load on AWS, from the prices, limits and times named here.

`python -m infra.aws.costs` prints the tables of `infra/README.md` and `infra/CAPACITY.md`; a test
compares them with the pages.
"""

from collections.abc import Iterator
from typing import NamedTuple

MILLION = 1_000_000
GB = 1e9

# Dollars in US East (N. Virginia), without free tiers and discounts, as AWS published them at the end of 2025.
GATEWAY_CALL = 1.00 / MILLION
LAMBDA_CALL = 0.20 / MILLION
LAMBDA_GIB_S = 0.0000166667  # x86, first tier
LOG_BYTE = 0.50 / GB
OUT_BYTE = 0.09 / GB

RATE_LIMIT = 1_000
"""The default of `template.yaml`: requests a second."""
# Default quotas of an account in a region, and S3's for one partition of a bucket's keys.
GATEWAY_CALLS_S = 10_000
LAMBDA_AT_A_TIME = 1_000
S3_PUTS_S = 3_500

MEMORY_MIB = 1769
"""The default of `template.yaml`."""
OWN_S = 0.004
"""Seconds of a call without the store; above the warm step measured in the emulator."""
STEP_S = 0.00005
"""Seconds of each step of CartPole in a rollout."""
WAY_S = 0.025
"""Seconds from a client in the region to the function and back."""
SNAPSHOT_BYTES, REPLY_BYTES, REPLY_STEP_BYTES, LOGGED_BYTES = 1_000, 600, 100, 1_100


class Storage(NamedTuple):
    """A storage class: prices in dollars, and the seconds assumed for small objects."""

    name: str
    put: float
    get: float
    upload_byte: float
    put_s: float
    get_s: float


STANDARD = Storage("S3 Standard", 0.005 / 1000, 0.0004 / 1000, 0.0, 0.030, 0.015)
EXPRESS = Storage("S3 Express One Zone", 0.00113 / 1000, 0.00003 / 1000, 0.0032 / GB, 0.007, 0.005)


class Use(NamedTuple):
    """A way of asking for steps."""

    name: str
    steps: int
    """Steps in one call."""
    gets: int
    """Gets in one call."""
    puts: int = 1
    reply_steps: int | None = None
    """Steps that the reply tells of; all, unless it tells of futures."""


KEPT = Use("step by step, each instance in one sandbox", 1, 0)
MOVED = Use("step by step, instances moving between sandboxes", 1, 1)
ROLLOUTS = Use("rollouts of 100", 100, 1)
EXPLORATIONS = Use("explorations of 500 futures of 20 steps", 10_000, 1, puts=0, reply_steps=500)


class Bill(NamedTuple):
    """What calls cost, in dollars."""

    gateway: float
    functions: float
    storage: float
    logs_and_traffic: float


def seconds(use: Use, storage: Storage) -> float:
    """Seconds that a call takes in its function."""
    return OWN_S + use.steps * STEP_S + use.puts * storage.put_s + use.gets * storage.get_s


def bill(calls: float, use: Use, storage: Storage) -> Bill:
    """The cost of `calls` calls."""
    told = use.steps if use.reply_steps is None else use.reply_steps
    return Bill(
        calls * GATEWAY_CALL,
        calls * (LAMBDA_CALL + seconds(use, storage) * MEMORY_MIB / 1024 * LAMBDA_GIB_S),
        calls * (use.puts * (storage.put + SNAPSHOT_BYTES * storage.upload_byte) + use.gets * storage.get),
        calls * (LOGGED_BYTES * LOG_BYTE + (REPLY_BYTES + told * REPLY_STEP_BYTES) * OUT_BYTE),
    )


def million_steps() -> Iterator[str]:
    """Lines of the table of what a million steps cost."""
    yield "| a million steps of CartPole | API Gateway | Lambda | S3 | logs, traffic | together |"
    yield "|---|---|---|---|---|---|"
    for use in (KEPT, MOVED, ROLLOUTS):
        for storage in (STANDARD, EXPRESS):
            parts = bill(MILLION / use.steps, use, storage)
            cells = [f"{use.name}, {storage.name}", *(f"${part:.2f}" for part in parts), f"**${sum(parts):.2f}**"]
            yield f"| {' | '.join(cells)} |"


def capacity() -> Iterator[str]:
    """Lines of the table of what environments that step at once need, on S3 Standard."""
    head = ("environments", "calls a second", "functions at a time", "S3 partitions", "an hour")
    yield f"| {' | '.join((*head, 'limits that are met, the first one first'))} |"
    yield "|" + "---|" * 6
    for name, use, pace_s in (
        ("a step a second each", MOVED, 1.0),
        ("step by step without a pause", MOVED, seconds(MOVED, STANDARD) + WAY_S),
        ("a step a second each in rollouts of 100", ROLLOUTS, 100.0),
    ):
        taken = seconds(use, STANDARD)
        for number in (1_000, 100_000, MILLION):
            rate = number / pace_s
            cells = [f"{number:,}, {name}", f"{rate:,.0f}", f"{rate * taken:,.0f}", f"{rate / S3_PUTS_S:,.1f}"]
            hour = sum(bill(rate * 3600, use, STANDARD))
            cells += [f"${hour:,.{0 if hour >= 10 else 2}f}", _limits(rate, rate * taken)]
            yield f"| {' | '.join(cells)} |"


def _limits(rate: float, at_a_time: float) -> str:
    loads = {
        "RateLimit": rate / RATE_LIMIT,
        "an S3 partition": rate / S3_PUTS_S,
        "API Gateway": rate / GATEWAY_CALLS_S,
        "Lambda": at_a_time / LAMBDA_AT_A_TIME,
    }
    met = sorted((load, name) for name, load in loads.items() if load >= 1)
    return ", ".join(f"{name} {load:,.{0 if load >= 10 else 1}f}x" for load, name in met[::-1]) or "none"


if __name__ == "__main__":
    print("\n".join((*million_steps(), "", *capacity())))
