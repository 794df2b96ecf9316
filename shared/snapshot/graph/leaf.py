"""The contract of a native leaf: an object of an extension module whose state a graph carries as bytes.

pickle cannot look into native memory, so the graph refuses such an object unless a leaf knows its type.
"""

from typing import Any, Protocol, runtime_checkable


class NativeLeaf(Protocol):
    """Carries the instances of one native type.

    Two rules make it exact. `to_bytes` holds everything that a later call can depend on, and gives equal bytes for
    equal states. `from_bytes(to_bytes(x), parts(x))` behaves like `x` in every later call, in any process.
    `shared.snapshot.graph.testing.NativeLeafContract` proves both on examples. An environment that holds such an
    object is tried in a fresh process before it is created, like any other.
    """

    type: str
    """Module and qualified name of the type, such as `pygame.surface.Surface`; also the entry point's name."""

    subclasses: bool
    """Whether instances of subclasses written in Python are carried too; the graph carries their attributes."""

    def parts(self, instance: Any) -> tuple[Any, ...]:
        """Other objects of the graph that `from_bytes` needs, such as the `MjModel` of an `MjData`.

        They are made before the instance, so none may lead back to it.
        """

    def to_bytes(self, instance: Any) -> bytes:
        """The native state; the instance stays as it is.

        Raises:
            NotPlain: The instance is in a state that cannot be carried.
        """

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        """A new instance in the state that `to_bytes` gave.

        Raises:
            ValueError: The bytes are not such a state.
        """


@runtime_checkable
class OriginalLeaf(NativeLeaf, Protocol):
    """A leaf whose instances are large, made by constructors, and changed little by the calls.

    Of each that a new environment has, the process keeps a copy, its original, for all environments of the recipe.
    A snapshot then holds only the difference of an instance from it. `again(keep(x), difference(keep(x), y))`
    behaves like `y` in every later call. An instance without an original is carried by `to_bytes` like any other.
    `NativeLeafContract` proves this too.
    """

    def keep(self, instance: Any) -> Any:
        """A copy, which nobody else changes.

        Raises:
            NotPlain: The instance cannot be carried.
        """

    def digest(self, kept: Any) -> bytes:
        """Equal for equal copies, in every process; different for different ones."""

    def difference(self, kept: Any, instance: Any) -> bytes | None:
        """In what the instance differs from the copy; empty if in nothing, None if `to_bytes` has to tell."""

    def again(self, kept: Any, difference: bytes, spare: Any = None, differs: bytes | None = None) -> Any:
        """An instance that differs so from the copy: a new one, or the spare, which nobody needs any longer.

        `differs` is the difference of the spare, if that is known.

        Raises:
            ValueError: The difference is one from another copy.
        """
