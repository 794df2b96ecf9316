"""The object graph carries what is in Python's memory exactly, and refuses what is not."""

import ctypes
import functools
import io
import mmap
import random
import secrets
import subprocess
import sys
import threading
import time
import types
import weakref
import zlib
from collections.abc import Iterator
from typing import Any

import cloudpickle
import gymnasium
import numpy as np
import pytest

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import NotExact, SnapshotCorrupt, SnapshotUnusable
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.conformance.fresh_process import carry_out
from shared.snapshot.contract.calls import Call, Reseed, Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.graph import arrays, mechanism, pickler, reducers, singletons
from shared.snapshot.graph.mechanism import OBJECT_GRAPH, GraphSubject
from shared.snapshot.isolation.global_rng import GlobalRng
from shared.snapshot.isolation.module_state import ModuleState
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.versions.distributions import version_here
from tests.shared.snapshot.graph import envs as graph_envs
from tests.shared.snapshot.pairs import same_answers

MODULE = "tests.shared.snapshot.graph.envs"
SHORT: dict[str, Any] = {
    **{"episodes": (1, 2), "steps": 8, "further": 10, "chain": 6},
    **{"modules": (MODULE,), "mechanism": OBJECT_GRAPH},
}
CARRIED = [trap.__name__ for trap in graph_envs.CARRIED]


def check(name: str, **changes: Any) -> None:
    check_snapshot(f"Graph/{name}-v0", render_mode="rgb_array" if name == "Sprites" else None, **(SHORT | changes))


def subject(name: str, **kwargs: Any) -> GraphSubject:
    recipe = Recipe(f"Graph/{name}-v0", seed=3, **kwargs)
    return OBJECT_GRAPH.adopt(make(recipe), recipe)


@pytest.fixture
def fresh_reducers() -> Iterator[None]:
    """Reducers are found once a type; those found while one is replaced must not stay."""
    pickler.reducer_of.cache_clear()
    yield
    pickler.reducer_of.cache_clear()


@pytest.mark.usefixtures("one_nursery")
@pytest.mark.parametrize("name", CARRIED)
def test_an_environment_that_a_careless_copy_would_change_is_exact(name: str) -> None:
    """In a fresh process, with another hash seed, and in a chain of restores."""
    check(name)


CLOUDPICKLE = cloudpickle.Pickler(io.BytesIO())

CRIPPLED: dict[str, tuple[Any, str, Any]] = {
    "Forgetful": (reducers, "is_its_attributes", lambda kind: False),
    "Selective": (reducers, "is_its_attributes", lambda kind: False),
    "Composed": (reducers, "is_its_attributes", lambda kind: False),
    "Globals": (GlobalRng, "set_state", lambda self, state: None),
    "Reseeding": (GlobalRng, "entropy", lambda self, bits: secrets.randbits(bits)),
    "Views": (arrays, "reduce_array", lambda array: (np.array, (array.tolist(), array.dtype))),
    "Closures": (reducers, "reduce_function", CLOUDPICKLE._dynamic_function_reduce),
    "Modes": (sys, "intern", lambda text: "".join([text[:1], text[1:]])),
    "Sentinels": (singletons, "reduce_sentinel", lambda sentinel: NotImplemented),
    "Counting": (ModuleState, "set_state", lambda self, packed: None),
    "Visits": (pickler, "constant_kinds", frozenset),
    "Sprites": (reducers, "reduce_leaf", lambda leaf, instance: (type(None), ())),
}
"""Where each remedy stands, and what is put in its place: what cloudpickle or the object itself would do."""


@pytest.mark.usefixtures("fresh_reducers")
@pytest.mark.parametrize("name", CRIPPLED)
def test_the_proof_fails_without_the_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that each environment above shows what it is there for."""
    monkeypatch.setattr(*CRIPPLED[name])
    monkeypatch.setattr("shared.snapshot.conformance.check.in_fresh_process", carry_out)
    with pytest.raises((NotExact, SnapshotUnusable, AttributeError)):  # None has no pixels
        check(name)


@pytest.mark.parametrize("name", CARRIED)
def test_an_unchanged_environment_gives_the_same_bytes_again_also_once_restored(name: str) -> None:
    """The session writes after a render only what has changed, and compares it with what another process wrote."""
    first = subject(name)
    first.apply(Reset())
    for action in (1, 2, 0):
        first.apply(Step(action))
    body = first.capture()
    assert first.capture() == body
    second = subject(name)
    second.restore(body)
    assert second.capture() == body


def test_a_step_changes_the_bytes() -> None:
    tended = subject("Forgetful")
    tended.apply(Reset())
    body = tended.capture()
    tended.apply(Step(1))
    assert tended.capture() != body


def test_an_environment_with_what_no_pickle_holds_does_not_suit_and_the_way_there_is_told() -> None:
    env = make(Recipe("Graph/Locked-v0"))
    assert not OBJECT_GRAPH.suits(env)
    with pytest.raises(NotPlain, match=r"^env\.env\.parts\[0\]\['lock'\]: cannot pickle '_thread.lock' object$"):
        OBJECT_GRAPH.adopt(env, Recipe("Graph/Locked-v0"))


def test_a_set_that_changes_is_no_graph_since_its_order_cannot_be_repeated() -> None:
    """Of 300 sets of 50 grid cells 222 came out of a pickle in another order."""
    tended = subject("Growing")
    for call in (Reset(), Step(0)):
        tended.apply(call)
    with pytest.raises(NotPlain, match=r"env\.env\.cells: a set"):
        tended.capture()


def test_an_object_bound_in_a_class_is_no_graph() -> None:
    """It belongs to the class, so that no copy of the environment reaches it."""
    tended = subject("Caching")
    for call in (Reset(), Step(0)):
        tended.apply(call)
    with pytest.raises(NotPlain, match=r"envs:Caching.table was bound to a list"):
        tended.capture()
    assert graph_envs.Caching.table is None


@pytest.mark.parametrize("name", ["Growing", "Caching"])
def test_what_is_no_graph_now_is_carried_by_the_calls_since_it_was_one(name: str) -> None:
    tended = subject(name)
    tended.capture()
    for call in (Reset(), Step(0)):
        tended.apply(call)
    other = subject(name)
    other.restore(tended.capture())
    assert same_answers(tended, other, [Step(1), Step(0), Reset(), Step(1)])


def shared_bytes() -> Any:
    memory = bytearray(80)
    return [memory, np.frombuffer(memory, np.float64)]


def generated() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    "made",
    [
        lambda: {1, 2},
        lambda: frozenset({"a", "b"}),
        lambda: {"one": 1}.keys(),
        lambda: memoryview(b"bytes"),
        lambda: types.MappingProxyType({}),
        lambda: generated(),
        lambda: weakref.ref(graph_envs),
        lambda: weakref.WeakSet(),
        lambda: functools.lru_cache(len),
        lambda: ctypes.c_int(3),
        lambda: mmap.mmap(-1, 8),
        lambda: (open(__file__),),  # noqa: SIM115  # closed with the process
        lambda: subprocess.Popen([sys.executable, "-c", ""]),
        lambda: threading.Event(),
        lambda: type("Local", (), {})(),
        lambda: eval("lambda: 1", {}),
        lambda: types.ModuleType("unnamed"),
        shared_bytes,
        lambda: np.lib.stride_tricks.as_strided(np.zeros(4), (2, 2), (8, 8)),
        lambda: np.matrix([[1, 2]]),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::PendingDeprecationWarning")
def test_what_cannot_be_made_again_exactly_is_refused(made: Any) -> None:
    """A pickle would hold some of these, as a copy that no longer follows what it showed."""
    tended = subject("Shared")
    tended.env.unwrapped.held = made()  # type: ignore[attr-defined]
    with pytest.raises(NotPlain, match=r"^env\.env\.held"):
        tended.capture()


@pytest.mark.parametrize(("env_id", "package"), [("LunarLander-v3", "Box2D"), ("ALE/Pong-v5", "ale_py")])
def test_environments_over_a_native_library_do_not_suit(env_id: str, package: str) -> None:
    """They pickle without an error, and come back fresh."""
    pytest.importorskip(package)
    register_environments((package,) if package == "ale_py" else ())
    assert not OBJECT_GRAPH.suits(make(Recipe(env_id)))


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x90", b"\x94\x80\x00\x00\x00"])
def test_bytes_that_are_no_body_are_refused(body: bytes) -> None:
    with pytest.raises(SnapshotCorrupt):
        subject("Slots").restore(body)


def test_a_body_of_another_environment_is_refused_before_it_is_unpickled() -> None:
    with pytest.raises(SnapshotCorrupt, match="another make"):
        subject("Slots").restore(subject("Views").capture())


def test_a_body_that_cannot_be_built_is_refused_with_the_reason() -> None:
    parts = plain.loads(subject("Slots").capture())
    parts[7] = b"not compressed"
    with pytest.raises(SnapshotCorrupt, match=r"cannot be built: error\('Error -3"):
        subject("Slots").restore(plain.dumps(parts))


def test_a_body_tells_the_versions_of_what_it_names_without_being_unpickled() -> None:
    """Of Python, whose bytecode a graph may hold, and of the module that the environment comes from."""
    parts = plain.loads(subject("Slots").capture())
    parts[7] = b"not compressed"
    versions = OBJECT_GRAPH.versions_of(plain.dumps(parts))
    assert versions["python"] == sys.implementation.cache_tag
    assert versions[MODULE] == version_here(MODULE)


def test_a_body_of_calls_tells_the_versions_of_the_graph_before_them() -> None:
    graph = subject("Slots").capture()
    assert OBJECT_GRAPH.versions_of(plain.dumps(["calls", graph, [], ""])) == OBJECT_GRAPH.versions_of(graph)


def test_other_bytes_tell_no_versions_and_are_refused() -> None:
    with pytest.raises(SnapshotCorrupt, match="not of the form"):
        OBJECT_GRAPH.versions_of(plain.dumps(["no graph"]))
    with pytest.raises(SnapshotCorrupt, match="cannot be read"):
        OBJECT_GRAPH.versions_of(plain.dumps({"no": "list"}))


def test_a_graph_that_went_on_under_another_version_is_of_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever restores it has checked that the two are equal."""
    body = subject("Slots").capture()
    other = subject("Slots")
    monkeypatch.setattr(mechanism, "version_here", lambda name: f"{name}-other")
    other.restore(body)
    assert OBJECT_GRAPH.versions_of(other.capture())[MODULE] == f"{MODULE}-other"


def test_a_state_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.snapshot.graph.body.LARGEST_BODY_BYTES", 100)
    with pytest.raises(NotPlain, match="more than the 100"):
        subject("Slots").capture()


def test_a_large_block_is_compressed_again_only_when_it_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sprites and lists of frames are megabytes that a step does not touch."""
    tended = subject("Views")
    tended.env.unwrapped.large = np.zeros((3, 100_000))  # type: ignore[attr-defined]
    tended.capture()
    compress = zlib.compress
    sizes: list[int] = []

    def counted(data: bytes, level: int) -> bytes:
        sizes.append(len(data))
        return compress(data, level)

    monkeypatch.setattr(zlib, "compress", counted)
    tended.capture()
    assert max(sizes) < 100_000
    tended.env.unwrapped.large[1, 1] = 1.0  # type: ignore[attr-defined]
    tended.capture()
    assert max(sizes) == 2_400_000


def test_a_reading_of_the_clock_is_carried_as_a_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """`perf_counter` counts from another moment in each process."""
    recipe = Recipe("Graph/Slots-v0", wrappers=(WrapperRecipe("RecordEpisodeStatistics"),), seed=3)
    tended = OBJECT_GRAPH.adopt(make(recipe), recipe)
    tended.apply(Reset())
    began = tended.env.episode_start_time  # type: ignore[attr-defined]
    body = tended.capture()
    here = time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: here() + 5000)
    other = OBJECT_GRAPH.adopt(make(recipe), recipe)
    other.restore(body)
    assert other.env.episode_start_time == pytest.approx(began + 5000, abs=0.5)  # type: ignore[attr-defined]
    assert other.capture() == body


def test_the_process_own_generators_are_not_copied() -> None:
    """An environment that holds `random.random` goes on drawing from the process's, which is lent to it."""
    tended = subject("Globals")
    tended.apply(Reset())
    tended.restore(tended.capture())
    assert tended.env.unwrapped.draw.__self__ is random.random.__self__  # type: ignore[attr-defined]


def test_forks_that_are_reseeded_draw_differently_from_the_process_too() -> None:
    """And each reproducibly, so that a retried fork is the same."""
    body = subject("Globals").capture()

    def fork(number: int) -> str:
        tended = subject("Globals")
        tended.restore(body)
        tended.apply(Reseed(5, (number,)))
        return digest([tended.apply(call) for call in (Reset(seed=1), Step(1))])

    assert fork(0) == fork(0) != fork(1)


def test_two_environments_do_not_draw_from_each_other() -> None:
    """Both use the global generators, and each draws what it would have drawn alone."""
    alone, first, second = subject("Globals"), subject("Globals"), subject("Globals")
    calls: list[Call] = [Reset(), *[Step(1)] * 4]
    expected = [alone.apply(call) for call in calls]
    for call, result in zip(calls, expected, strict=True):
        assert digest(first.apply(call)) == digest(result)
        assert digest(second.apply(call)) == digest(result)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("env_id", "wrapper"), [("CartPole-v1", "NormalizeObservation"), ("Taxi-v4", "Autoreset")]
)
def test_gymnasiums_own_environments_are_exact_too(env_id: str, wrapper: str) -> None:
    """The general case holds for what the small families are carried by more cheaply."""
    check_snapshot(env_id, wrappers=(WrapperRecipe(wrapper),), **SHORT)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("env_id", ["Blackjack-v1", "CliffWalking-v1"])
def test_environments_that_hold_sprites_are_exact(env_id: str) -> None:
    """Without their surfaces they fail at the first frame after a restore."""
    check_snapshot(env_id, render_mode="rgb_array", **(SHORT | {"steps": 6, "further": 10, "chain": 6}))


def test_a_list_of_frames_is_exact() -> None:
    """It grows by a frame a step, and a render empties it."""
    check_snapshot("Graph/Sprites-v0", render_mode="rgb_array_list", **SHORT)


SWEPT = {
    "minigrid": ("MiniGrid-", "BabyAI-"),
    "highway_env": ("highway", "intersection", "merge", "parking", "roundabout", "racetrack", "exit", "u-turn"),
    "flappy_bird_gymnasium": ("FlappyBird",),
    "jax": ("phys2d/", "tabular/"),
}


@pytest.mark.slow
@pytest.mark.parametrize("package", SWEPT)
@pytest.mark.parametrize("render_mode", [None, "rgb_array"])
def test_every_environment_of_an_installed_package_is_exact(package: str, render_mode: str | None) -> None:
    """Where the package is installed; highway-env and flappy-bird-gymnasium bring another pygame."""
    pytest.importorskip(package)
    modules = () if package == "jax" else (package,)
    register_environments(modules)
    found = [env_id for env_id in gymnasium.registry if env_id.startswith(SWEPT[package])]
    failures = {}
    for env_id in found:
        try:
            check_snapshot(env_id, render_mode=render_mode, **(SHORT | {"modules": modules}))
        except NotExact as error:
            failures[env_id] = error.detail
    assert failures == {}
