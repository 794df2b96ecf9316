import asyncio
import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from shared.settings import Settings
from tests.applications import Api, served
from tests.forked_servers import kept

pytest_plugins = [
    *("tests.fixtures_s3", "tests.fixtures_azure", "tests.fixtures_lambda"),
    *("tests.static.chromium", "tests.static.browser"),
]

pytest.register_assert_rewrite("shared.storage.testing", "tests.shared.snapshot.attributes.family")

LAMBDA = pytest.param("emulator", marks=[pytest.mark.slow, pytest.mark.aws])


# Every run draws others. `make thorough` draws as many as Hypothesis would by itself.
hypothesis.settings.register_profile("sample", max_examples=25)
hypothesis.settings.register_profile("thorough", max_examples=100)
hypothesis.settings.load_profile("sample")

# Mangum makes an event loop current when a handler is made, at import; every test has one of its own instead.
asyncio.get_event_loop_policy().get_event_loop().close()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let garbage collections pass over the tests and all that they import, while it is made and afterwards."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_sessionfinish() -> None:
    """Let the interpreter free at its end what native libraries would call a leak."""
    gc.unfreeze()


@pytest.fixture(autouse=True, scope="session")
def forked_servers() -> Iterator[None]:
    """Lets the servers that tests start be forks of one interpreter."""
    with kept():
        yield


@pytest.fixture(autouse=True)
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A current event loop, as Lambda's handlers want it and as `asyncio.run` would not leave it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    loop.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a service whose snapshots are in a file of this test's own."""
    return Settings(store=f"sqlite:///{tmp_path}/snapshots.db")


@pytest.fixture(params=["local", "each alone", "lambda", LAMBDA])
def api(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Api]:
    """The endpoints: in one application, each in its own, as Lambda functions, and in Lambda's own runtime."""
    if request.param == "emulator":
        yield request.getfixturevalue("emulated")
        return
    with served(request.param, settings) as client:
        yield Api(client)


@pytest.fixture
def local(settings: Settings) -> Iterator[Api]:
    """The endpoints in one application, for what does not depend on how they are served."""
    with served("local", settings) as client:
        yield Api(client)
