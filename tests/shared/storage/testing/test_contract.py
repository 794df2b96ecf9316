"""A store takes its whole contract by one fixture, or two where it is shared."""

import pytest

pytest_plugins = ["pytester"]


def test_a_subclass_without_its_fixture_is_told_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "from shared.storage.testing.contract import StoreContract\n\nclass TestStore(StoreContract): pass"
    )
    result = pytester.inline_run("-p", "no:schemathesis", "-k", "missing_object")
    [report] = result.getfailures()
    assert "TestStore needs a fixture `store`" in str(report.longrepr)
