"""What a child process may use."""

from shared.snapshot.isolation.limits import Limits


def test_by_the_clock_it_may_take_some_times_as_long() -> None:
    assert Limits(seconds=10.0).wait_s == 40.0
    assert Limits(seconds=10.0, patience_s=3.0).wait_s == 3.0
    assert Limits(seconds=1e12).wait_s == 1e6
