"""Each new process of a proof begins with what all of them would find, and with nothing of an environment."""

import sys

import pytest

from shared.snapshot.conformance.new_processes import HASH_SEED, new_processes
from shared.snapshot.graph.leaves import registered_leaves
from shared.snapshot.isolation.child_process import in_child
from shared.snapshot.registry import foreign_mechanisms
from shared.snapshot.versions.distributions import installed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="New processes are forks on Linux alone.")


def already_read() -> list[int]:
    return [found.cache_info().currsize for found in (installed, registered_leaves, foreign_mechanisms)]


def test_what_is_installed_is_read_once_for_all_of_them() -> None:
    assert in_child(already_read, None, HASH_SEED) == [0, 0, 0]
    with new_processes():
        assert [in_child(already_read, None, HASH_SEED) for _ in range(2)] == [[1, 1, 1]] * 2


def environments_imported() -> list[str]:
    return [name for name in sys.modules if name.startswith(("gymnasium.envs.", "ale_py"))]


def test_no_environment_is_imported_for_them() -> None:
    with new_processes():
        assert in_child(environments_imported, None, HASH_SEED) == ["gymnasium.envs.registration"]
