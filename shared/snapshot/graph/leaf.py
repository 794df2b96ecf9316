"""The contract of a native leaf: an object of an extension module whose state a graph carries as bytes.

pickle cannot look into native memory, so the graph refuses such an object unless a leaf knows its type.
"""

from typing import Any, Protocol


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
