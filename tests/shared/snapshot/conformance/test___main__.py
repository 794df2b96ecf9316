"""`python -m shared.snapshot.conformance` proves one environment and prints nothing else."""

import json
import sys
from functools import partial

import pytest

from shared.snapshot.conformance import __main__
from shared.snapshot.conformance.check import check_recipe
from shared.snapshot.conformance.episodes import check_episodes

pytestmark = pytest.mark.usefixtures("one_nursery")


@pytest.fixture(autouse=True)
def brief_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs of few episodes, where what they compare shows at once."""
    monkeypatch.setattr(__main__, "check_recipe", partial(check_recipe, episodes=(1, 2), steps=12))
    monkeypatch.setattr(__main__, "check_episodes", partial(check_episodes, episodes=3, steps=20))


@pytest.mark.parametrize(
    ("env_id", "status", "key"), [("ForeignTalkative-v0", 0, "mechanism"), ("ForeignErratic-v0", 1, "refused")]
)
def test_the_command_prints_its_report_alone(
    env_id: str,
    status: int,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever the environment prints."""
    few = ["--further", "6", "--chain", "3", "--module", "tests.shared.snapshot.foreign"]
    monkeypatch.setattr(sys, "argv", ["conformance", env_id, "--json", *few])
    assert __main__.main() == status
    assert key in json.loads(capsys.readouterr().out)


def test_the_command_goes_on_to_the_next_mechanism_as_the_service_does(
    here: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says of each why not, if none is exact."""
    here.setattr("shared.snapshot.graph.mechanism.GraphSubject.restore", lambda *_: None)
    few = ["--further", "6", "--chain", "3", "--module", "tests.shared.snapshot.foreign"]
    here.setattr(sys, "argv", ["conformance", "ForeignWalk-v0", "--json", *few])
    assert __main__.main() == 0
    assert json.loads(capsys.readouterr().out)["mechanism"] == "journal-since-reset-any"
    # A subject without an environment needs its restore.
    here.setattr("shared.snapshot.replay.replay.ReplayMechanism.rebuild", lambda *_: None)
    here.setattr("shared.snapshot.replay.replay.ReplaySubject.restore", lambda *_: None)
    here.setattr("shared.snapshot.replay.episode_journal.EpisodeSubject.restore", lambda *_: None)
    assert __main__.main() == 1
    reasons = json.loads(capsys.readouterr().out)["detail"]
    assert "object-graph: ForeignWalk-v0 is not exact" in reasons
    assert "journal-since-reset-any: ForeignWalk-v0 is not exact" in reasons
    assert "journal-since-reset: ForeignWalk-v0 is not exact" in reasons
    assert "journal: ForeignWalk-v0 is not exact" in reasons


def test_the_command_proves_the_mechanism_that_the_service_selects(
    here: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not a graph that would grow with the calls, unless nothing else is exact."""
    few = ["--further", "6", "--chain", "3", "--module", "tests.shared.snapshot.habits"]
    for name, mechanism in (("MakesWorld", "journal-since-reset-any"), ("MakesWorldOnce", "object-graph")):
        here.setattr(sys, "argv", ["conformance", f"habits/{name}-v0", "--json", *few])
        assert __main__.main() == 0
        assert json.loads(capsys.readouterr().out)["mechanism"] == mechanism


def test_another_interpreter_continues_what_this_one_wrote(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is described as in a request: wrappers, and a vector."""
    few = ["--further", "6", "--chain", "3", "--continue-with", sys.executable, "--json", "--num-envs", "2"]
    wrappers = json.dumps([{"name": "TimeLimit", "kwargs": {"max_episode_steps": 4}}])
    monkeypatch.setattr(sys, "argv", ["conformance", "CartPole-v1", *few, "--wrappers", wrappers])
    assert __main__.main() == 0
    assert json.loads(capsys.readouterr().out)["mechanism"] == "classic-control"
    monkeypatch.setattr(sys, "argv", ["conformance", "CartPole-v1", *few, "--continue-with", "/bin/false"])
    assert __main__.main() == 1
    assert "cannot be continued in a fresh process" in json.loads(capsys.readouterr().out)["detail"]
