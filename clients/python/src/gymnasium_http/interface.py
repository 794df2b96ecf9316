"""What stands in for an environment on this side: spaces, spec, metadata and render mode."""

from collections.abc import Callable
from typing import Any, NamedTuple

from gymnasium import Space
from gymnasium.envs.registration import EnvSpec, WrapperSpec
from gymnasium.vector import AutoresetMode

from gymnasium_http.errors import VersionMismatch
from gymnasium_http.spaces import rebuild


class Interface(NamedTuple):
    """As the server described it; a vector has the spaces of each of its own as well."""

    spec: EnvSpec
    metadata: dict[str, Any]
    render_mode: str | None
    num_envs: int | None
    spaces: dict[str, Space[Any]]

    @classmethod
    def of(cls, told: Any, remake: Callable[[str], Callable[..., Any]]) -> "Interface":
        """The interface that the reply of `interface/` tells of.

        `remake` gives, for an environment's id, the entry point of its spec: the server's is of no use here.

        Raises:
            VersionMismatch: the reply is not of a form that this client understands.
        """
        try:
            spaces = {name: rebuild(description) for name, description in told["spaces"].items()}
            metadata = told["metadata"]
            if "autoreset_mode" in metadata:
                metadata["autoreset_mode"] = AutoresetMode(metadata["autoreset_mode"])
            spec = _spec_of(told["spec"], remake(told["spec"]["id"]))
            return cls(spec, metadata, told["render_mode"], told["num_envs"], spaces)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise VersionMismatch(
                "The server described the environment in a form that this client does not know "
                f"({type(error).__name__}: {error}); install the gymnasium-http of the server's version."
            ) from error


def _spec_of(told: dict[str, Any], entry_point: Callable[..., Any]) -> EnvSpec:
    """The spec of the environment in process, but for its entry points."""
    fields = {name: value for name, value in told.items() if name not in ("entry_point", "vector_entry_point")}
    fields["additional_wrappers"] = tuple(WrapperSpec(**wrapper) for wrapper in told["additional_wrappers"])
    return EnvSpec(**fields, entry_point=entry_point)
