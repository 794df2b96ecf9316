"""The mechanism for environments in pure Python: everything reachable from the environment, as one graph.

It is the general case: minigrid, highway-env, flappy-bird-gymnasium, Gymnasium's jax environments, a user's own.
Native handles without a leaf are not carried, nor what changes in place in classes and modules, such as a list
there. What can be seen of those is refused.
"""

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

import gymnasium

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.attributes.attributes import Attribute, Clock
from shared.snapshot.attributes.state import class_path
from shared.snapshot.attributes.wrapper_state import WRAPPER_STATE
from shared.snapshot.contract.calls import Call, Reseed, perform
from shared.snapshot.contract.digest import digest_after
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import generator_state, generators_of, layers
from shared.snapshot.graph.body import UNKNOWN_FORM, BlockCompressor, GraphBody
from shared.snapshot.graph.calls_since import CallsSince, call_of
from shared.snapshot.graph.originals import Originals
from shared.snapshot.graph.path import pickled
from shared.snapshot.graph.pattern import Pattern, Patterns, Survey, layer_names
from shared.snapshot.graph.pickler import GraphPickler
from shared.snapshot.isolation.global_rng import GlobalRng
from shared.snapshot.isolation.module_state import ModuleState
from shared.snapshot.making.make import make
from shared.snapshot.mujoco.gl_context import draws
from shared.snapshot.versions.distributions import distributions_of, is_own, version_here

_CALLS = "calls"
_ADVICE = "Restore an earlier checkpoint, or create it anew."


class GraphMechanism:
    """Carries what is in Python's own memory, and refuses what is seen to lie outside it."""

    name = "object-graph"
    libraries: tuple[str, ...] = ("cloudpickle",)
    home = Home.WORKER

    def __init__(self) -> None:
        self._patterns = Patterns()

    def suits(self, env: gymnasium.Env[Any, Any]) -> bool:
        """Whether nothing in the new environment is known to be lost; a trial tells the rest."""
        if draws(env):  # frames come from OpenGL, on its own thread
            return False
        try:
            Survey(env)
        except NotPlain:
            return False
        return True

    def adopt(self, env: gymnasium.Env[Any, Any], recipe: Recipe) -> "GraphSubject":
        """Tend a newly made environment.

        Raises:
            NotPlain: `suits` is false for it.
        """
        pattern = Pattern.of(env)
        self._patterns.keep(recipe, pattern)
        return GraphSubject(pattern, recipe, env)

    def rebuild(self, recipe: Recipe) -> "GraphSubject | None":
        """A subject without an environment, to be restored next, where making one would take long."""
        pattern = self._patterns.get(recipe) if recipe.num_envs is None else None
        return None if pattern is None else GraphSubject(pattern, recipe)

    def grows(self, body: bytes) -> bool:
        """Whether the body is a graph of before and the calls since, whose number has no other bound.

        Raises:
            SnapshotCorrupt: the bytes are none that this mechanism writes.
        """
        return [plain.loads(item) for item in plain.packed_items(body)[:1]] == [_CALLS]

    def versions_of(self, body: bytes) -> Mapping[str, str]:
        """The versions of what the graph names, Python among it.

        Raises:
            SnapshotCorrupt: the bytes are none that this mechanism writes.
        """
        packed = plain.packed_items(body)  # the rest may be megabytes
        match [plain.loads(item) for item in packed[:1]]:
            case [str(kind)] if kind == _CALLS and len(packed) > 1:
                return self.versions_of(plain.loads(packed[1]))
            case [dict(versions)]:
                return {name: version for name, version in versions.items() if not is_own(name)}
            case _:
                raise SnapshotCorrupt(UNKNOWN_FORM)


class GraphSubject:
    """A live environment, and what it has in common with every other of its recipe."""

    def __init__(self, pattern: Pattern, recipe: Recipe, env: gymnasium.Env[Any, Any] | None = None) -> None:
        self._recipe = recipe
        self._global_rng = GlobalRng.of(recipe.seed)
        self._versions: dict[str, str] = {}
        self._blocks = BlockCompressor()
        self._since: CallsSince | None = None
        """None until the state has been written as a graph."""
        self._last: Any = None
        """What the last call returned."""
        self._follow(pattern)
        if env is not None:
            with self._global_rng.lent():
                generators_of(env)
            self._tend(env)

    def _follow(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._process = pattern.process
        self._names = ModuleState(pattern.scopes)

    def apply(self, call: Call) -> Any:
        """Make the call with the environment's own global generators and module state; seed what it leaves new.

        Raises:
            JournalFull: The state has been no graph for long, and a restore would take too long after this call.
        """
        if self._since is not None:
            self._since.begin(call)
        self._pattern.constants.originals.may_change()
        with self._global_rng.lent(), self._process.lent(), self._names.lent():
            result = perform(self.env, call)
            generators_of(self.env)
        if isinstance(call, Reseed):
            self._global_rng.reseed(call.entropy, call.spawn_key)
        if self._since is not None:
            self._since.end()
        self._last = result
        return result

    def capture(self) -> bytes:
        """The graph, or the last graph and the calls since where there cannot be one now.

        Raises:
            NotPlain: Something in it cannot be made again exactly. The message begins with the path to it.
        """
        since = self._since
        if since is None or since.may_be_over:
            try:
                graph = self._graph()
            except NotPlain:
                if since is None or not since.can_be_made_again:
                    raise
            else:
                self._since = CallsSince(graph)
                return graph
        since.relied_on = True
        return plain.dumps([_CALLS, since.graph, since.events(), digest_after(self.env, self._last)])

    def _graph(self) -> bytes:
        """The graph, and what belongs to the environment but not to the graph."""
        if not self._versions:  # only at creation: finding them took 0.1 to 0.4 s, and a restore is told
            self._versions = {name: version_here(name) for name in distributions_of(self._pattern.modules)}
        if self._process.changed:
            raise NotPlain(f"env has set {self._process.changed[0]} of the process since it was made")
        constants = self._pattern.constants
        graph, buffers = pickled(GraphPickler(constants, self._left_out), self.env, constants)
        return GraphBody(
            self._versions,
            self._pattern.layers,
            self._pattern.fingerprint,
            _generators_digest(self.env),
            self._global_rng.state(),
            self._names.state(),
            [clock.read() for clock in self._clocks],
            zlib.compress(graph, 1),
            self._blocks.compressed(buffers),
        ).packed()

    def restore(self, body: bytes) -> None:
        """Replace the environment by that of `body`, whose signature and versions must have been verified.

        Raises:
            SnapshotCorrupt: The bytes are none that this mechanism writes, or belong to another environment.
            SnapshotIncompatible: A leaf of the graph has no package here.
            SnapshotDiverged: It came out as another environment than the one stored.
        """
        match plain.loads(body):
            case [str(kind), bytes(graph), list(events), str(fingerprint)] if kind == _CALLS:
                self._restore_graph(graph)
                self._make_again(events, fingerprint)
            case _:
                self._restore_graph(body)

    def _make_again(self, events: list[Any], fingerprint: str) -> None:
        calls = [call_of(event) for event in events]
        try:
            for call in calls:
                self.apply(call)
        except Exception as error:  # what the environment raises now, it did not when the call was first made
            raise SnapshotDiverged(
                f"A call in the snapshot raised {error!r} when it was made again. {_ADVICE}"
            ) from error
        if digest_after(self.env, self._last) != fingerprint:
            raise SnapshotDiverged(
                f"The calls in the snapshot came out differently when they were made again. {_ADVICE}"
            )
        if self._since is not None:
            self._since.relied_on = True

    def _restore_graph(self, body: bytes) -> None:
        stored = GraphBody.unpacked(body)
        if stored.layers != self._pattern.layers:
            raise SnapshotCorrupt("The graph in the snapshot belongs to an environment of another make.")
        if stored.constants != self._pattern.fingerprint:
            self._follow(Pattern.of(make(self._recipe)))  # the one kept may be of another seed
        if stored.constants != self._pattern.fingerprint:
            raise SnapshotDiverged(
                "A new environment is made with other constants than the one stored: its constructor is not "
                "deterministic, or it shares state with other instances. Create it anew."
            )
        env = self._built(stored)
        # Equal, as was checked before.
        self._versions = {name: version_here(name) for name in stored.versions}
        self._names.set_state(stored.module_state)
        self._global_rng.set_state(stored.global_rng)
        self._tend(env)
        for clock, time in zip(self._clocks, stored.clocks, strict=True):
            clock.write(time)
        self._since = CallsSince(body)

    def _built(self, stored: GraphBody) -> gymnasium.Env[Any, Any]:
        """The environment that was stored; until it is there, the present one keeps all that it has."""
        constants = self._pattern.constants
        present, constants.originals = constants.originals, Originals()
        try:
            env = stored.environment(constants)
            if layer_names(env) != stored.layers or _generators_digest(env) != stored.generators:
                raise SnapshotDiverged(
                    f"The graph in the snapshot came out as another environment than the one stored. {_ADVICE}"
                )
        except BaseException:
            constants.originals = present
            raise
        present.let_go()
        return env

    def close(self) -> None:
        """Let go of large objects, for others to use. Several `close` methods shut pygame down for all."""
        self._pattern.constants.originals.let_go()

    def _tend(self, env: gymnasium.Env[Any, Any]) -> None:
        self.env = env
        self._clocks: list[Attribute] = []
        self._left_out: dict[int, str] = {}
        for layer in layers(env):
            for kind in WRAPPER_STATE.get(class_path(layer), ()):
                if isinstance(kind, Clock):
                    self._clocks.append(kind.of(layer))
                    self._left_out[id(layer)] = kind.name


def _generators_digest(env: gymnasium.Env[Any, Any]) -> bytes:
    """A digest by which a restored environment is checked: of its generators, which everything else depends on."""
    states = [generator_state(generator) for generator in generators_of(env)]
    return hashlib.blake2b(plain.dumps(states), digest_size=16).digest()


OBJECT_GRAPH = GraphMechanism()
