"""A command lets an environment that was refused be tried again."""

import asyncio
import sys
from pathlib import Path

import pytest

from functions.retry import main
from shared.session.lifecycle.verdicts import Verdicts
from shared.snapshot.conformance.selection import Verdict
from shared.web.service.service import open_service


def verdicts() -> Verdicts:
    return Verdicts(open_service().session.snapshots.objects)


def test_every_verdict_of_the_environment_is_forgotten_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GYM_HTTP_STORE", f"sqlite:///{tmp_path}/snapshots.db")
    refused, other = Verdict(None, {"journal": "no"}, {}, "my/Env-v0"), Verdict("journal", {}, {}, "my/Other-v0")

    async def store() -> None:
        for key, verdict in (("1", refused), ("2", refused), ("3", other)):
            await verdicts().put(key, verdict)

    async def look() -> None:
        assert [await verdicts().get(key) for key in "123"] == [None, None, other]

    asyncio.run(store())
    monkeypatch.setattr(sys, "argv", ["retry", "my/Env-v0"])
    assert main() == 0
    assert "2 verdicts of my/Env-v0 are forgotten" in capsys.readouterr().out
    asyncio.run(look())
    assert main() == 1
