"""A small share of `make chaos`, which also finds sessions broken on purpose."""

import asyncio
from pathlib import Path

import pytest

from tests.chaos.clouds import Cloud, of_azure, of_s3
from tests.chaos.run import Report, Run, run
from tests.fixtures_azure import CONTAINER
from tests.fixtures_s3 import BUCKET


@pytest.fixture
def cloud(store: str, request: pytest.FixtureRequest) -> Cloud | None:
    """The server of the store; None for SQLite."""
    if store == "s3":
        return of_s3(request.getfixturevalue("seaweedfs_server"), BUCKET)
    return of_azure(request.getfixturevalue("azurite_server"), CONTAINER) if store == "azure" else None


@pytest.mark.parametrize(
    ("store", "calls", "kills", "faults"),
    # azurite takes ten times as long for a call as the others.
    [("sqlite", 200, 4, 30), ("s3", 200, 4, 30), ("azure", 100, 2, 15)],
)
def test_every_call_is_applied_once_whatever_fails(
    tmp_path: Path, cloud: Cloud | None, calls: int, kills: int, faults: int
) -> None:
    report = asyncio.run(
        run(Run(directory=tmp_path / "run", calls=calls, kills=kills, faults=faults, servers=3, cloud=cloud))
    )
    assert not report.verdict.violations, str(report)
    assert report.verdict.acknowledged >= calls
    assert report.verdict.recognised > 0
    assert report.recorded > 0
    assert report.plan.kills >= kills
    assert report.plan.injected.total() >= faults


@pytest.mark.parametrize("store", ["sqlite", "s3"])
def test_where_nothing_fails_no_reply_leaves_the_outcome_open(tmp_path: Path, cloud: Cloud | None) -> None:
    report = asyncio.run(
        run(Run(directory=tmp_path / "run", calls=120, kills=0, faults=0, servers=2, cloud=cloud))
    )
    assert not report.verdict.violations, str(report)
    assert not [reply for reply in report.verdict.not_final if reply.startswith("5")], str(report)


def run_broken(way: str, directory: Path) -> Report:
    return asyncio.run(
        run(
            Run(
                directory=directory / "run",
                calls=400,
                kills=0,
                faults=0,
                servers=2,
                app="tests.chaos.broken_app:app",
                environment={"CHAOS_BROKEN": way},
            )
        )
    )


def test_a_session_that_checks_and_then_writes_loses_steps(tmp_path: Path) -> None:
    """Two processes see the same snapshot and both write, so one acknowledged call is lost."""
    report = run_broken("check then write", tmp_path)
    assert "lost" in {violation.kind for violation in report.verdict.violations}, str(report)


def test_a_session_that_never_reads_back_doubles_steps(tmp_path: Path) -> None:
    """A write whose reply was lost is applied again."""
    report = run_broken("never read back", tmp_path)
    assert {violation.kind for violation in report.verdict.violations} <= {"doubled", "wrong"}, str(report)
    assert "doubled" in {violation.kind for violation in report.verdict.violations}, str(report)
