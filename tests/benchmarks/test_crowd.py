"""The crowd's load: every session makes one step a round, and stays open between rounds."""

from pathlib import Path

from tests.benchmarks.crowd import Crowd, Round, crowds, rows


def test_every_session_steps_in_every_round_with_few_and_with_all_of_them_live(tmp_path: Path) -> None:
    few, all_of_them = crowds(tmp_path, rounds=2, sessions=70)
    for found in (few, all_of_them):
        assert found.sessions == 70
        assert found.p99 > 0
        assert found.processor > 0
    assert few.live != all_of_them.live


def test_the_p99_is_that_in_which_99_of_100_were_answered() -> None:
    assert Round([float(number) for number in range(100, 0, -1)], 1.0).p99 == 99.0
    assert Round([3.0, 5.0], 1.0).p99 == 5.0


def test_a_row_has_seconds_microseconds_and_kibibytes() -> None:
    [row] = rows([Crowd("all of them live", 2048, 1.234, 250e-6, 51_200.0)])
    assert row == ["all of them live", "2,048", "1.23", "250", "50"]
