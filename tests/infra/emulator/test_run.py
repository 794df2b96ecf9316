"""The deployment is served on one machine: its functions know the bucket and a key that stays."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.aws import template
from infra.emulator import run
from infra.emulator.gateway import Gateway


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be served; neither Lambda's emulator nor SeaweedFS is started."""
    found: list[dict[str, Any]] = []

    @contextmanager
    def seaweedfs(directory: Path) -> Iterator[Any]:
        yield SimpleNamespace(environment={"AWS_ENDPOINT_URL_S3": "http://s3"}, create_bucket=lambda name: name)

    def read(known: Mapping[str, str]) -> Any:
        found.append({"known": dict(known)})
        return template.read(known)

    def serve(gateway: Any, **options: Any) -> None:
        found[-1] |= {"gateway": gateway, **options}

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "seaweedfs", seaweedfs)
    monkeypatch.setattr(run, "emulator", lambda: None)
    monkeypatch.setattr(run, "template", SimpleNamespace(read=read, BUCKET=template.BUCKET))
    monkeypatch.setattr("uvicorn.run", serve)
    return found


def test_the_gateway_is_served_where_it_was_asked_to_be(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run", "--host", "127.0.0.2", "--port", "4321"])
    run.main()
    assert (served[0]["host"], served[0]["port"]) == ("127.0.0.2", 4321)
    assert isinstance(served[0]["gateway"], Gateway)
    assert "functions, with their logs in" in capsys.readouterr().out


def test_the_functions_of_every_run_share_a_bucket_and_a_key(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So instances of the last run are there, and can be read."""
    monkeypatch.setattr(sys, "argv", ["run"])
    run.main()
    run.main()
    assert served[0]["known"] == served[1]["known"]
    assert served[0]["known"][template.BUCKET] == "gym-http-lambda"
    assert len(served[0]["known"]["SigningKeys"]) == 64


def test_a_signing_key_that_was_emptied_is_told_and_nothing_is_served(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["run"])
    key = Path(".gym-http/lambda/signing.key")
    key.parent.mkdir(parents=True)
    key.touch()
    with pytest.raises(SystemExit, match=str(key)):
        run.main()
    assert served == []
