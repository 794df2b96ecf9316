"""When the store's client is made, and what a fork takes from it."""

import asyncio
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from infra.s3.seaweedfs import SeaweedFS
from shared.storage.cloud.handles import Handles
from tests.fixtures_s3 import BUCKET

FORKED = f"""if True:
    import asyncio, os
    from shared.errors import StoreUnavailable
    from shared.storage.cloud.s3 import S3Store

    store = S3Store("{BUCKET}", "forked")
    if USED_BEFORE:
        asyncio.run(store.put("state/me/one", b"parent"))
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(store.put("state/me/two", b"child"))
            os._exit(0)
        except StoreUnavailable as error:
            os._exit(3 if "forked" in error.detail and "spawn" in error.detail else 4)
        finally:
            os._exit(5)
    asyncio.run(store.close())
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize(("used_before", "exitcode"), [(False, "0"), (True, "3")])
def test_a_forked_process_is_refused_only_where_its_parent_had_used_the_store(
    aws_environment: SeaweedFS, used_before: bool, exitcode: str
) -> None:
    """obstore's threads are not in the child, where a call would wait for ever."""
    code = FORKED.replace("USED_BEFORE", str(used_before))
    ended = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ), capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.strip() == exitcode


def test_the_calls_of_a_step_import_no_boto3(aws_environment: SeaweedFS) -> None:
    """It would double the processor time of a function's cold start."""
    code = f"""if True:
        import asyncio, sys
        from shared.storage.cloud.s3 import S3Store
        from shared.storage.protocol import ABSENT

        async def calls():
            store = S3Store("{BUCKET}", "cold")
            await store.delete("state/me/one")
            tag = await store.put("state/me/one", b"first", ABSENT)
            await store.put("state/me/one", b"second", (await store.get("state/me/one")).tag)
            assert [entry.key async for entry in store.list("state/")] == ["state/me/one"]
            await store.close()

        asyncio.run(calls())
        assert not {{"boto3", "botocore"}} & sys.modules.keys()
    """
    subprocess.run([sys.executable, "-c", code], env=dict(os.environ), check=True, timeout=60)


@pytest.mark.parametrize("held", [False, True])
def test_a_handle_is_made_in_a_thread_unless_the_loop_may_be_held(held: bool) -> None:
    made: list[threading.Thread] = []

    def make(**_: Any) -> Any:
        made.append(threading.current_thread())
        return object()

    handles = Handles(make, timeout_s=1.0)
    if held:
        handles.hold_loop()
    first, second = asyncio.run(handles.once()), asyncio.run(handles.once())
    assert first is second
    assert [thread is threading.current_thread() for thread in made] == [held]
