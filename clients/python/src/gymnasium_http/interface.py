"""What the client knows of an environment: spaces, spec, metadata and render mode."""

from collections.abc import Callable
from typing import Any, NamedTuple

from gymnasium import Space
from gymnasium.envs.registration import EnvSpec, WrapperSpec
from gymnasium.vector import AutoresetMode

from gymnasium_http.errors import VersionMismatch
from gymnasium_http.spaces import rebuild


class Interface(NamedTuple):
    """The server's description of an environment. A vector environment also has the single spaces."""

    spec: EnvSpec
    metadata: dict[str, Any]
    render_mode: str | None
    num_envs: int | None
    spaces: dict[str, Space[Any]]

    @classmethod
    def of(cls, described: Any, remake: Callable[[str], Callable[..., Any]]) -> "Interface":
        """The interface in the reply of `interface/`.

        `remake` returns the entry point of a spec for an environment id; the server's own cannot be used here.

        Raises:
            VersionMismatch: this client does not understand the reply.
        """
        try:
            spaces = {name: rebuild(description) for name, description in described["spaces"].items()}
            metadata = described["metadata"]
            if "autoreset_mode" in metadata:
                metadata["autoreset_mode"] = AutoresetMode(metadata["autoreset_mode"])
            spec = _spec_of(described["spec"], remake(described["spec"]["id"]))
            return cls(spec, metadata, described["render_mode"], described["num_envs"], spaces)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise VersionMismatch(
                "This client does not understand the server's description of the environment "
                f"({type(error).__name__}: {error}); install the gymnasium-http of the server's version."
            ) from error


def _spec_of(described: dict[str, Any], entry_point: Callable[..., Any]) -> EnvSpec:
    """The spec that the environment has in process, except for its entry points."""
    fields = {
        name: value for name, value in described.items() if name not in ("entry_point", "vector_entry_point")
    }
    fields["additional_wrappers"] = tuple(WrapperSpec(**wrapper) for wrapper in described["additional_wrappers"])
    return EnvSpec(**fields, entry_point=entry_point)
