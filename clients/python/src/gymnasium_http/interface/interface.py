"""What the client knows of an environment: spaces, spec, metadata and render mode."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gymnasium import Space
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode

from gymnasium_http.errors import VersionMismatch
from gymnasium_http.interface.spaces import rebuild
from gymnasium_http.interface.specs import EntryPoint, served_spec


class Interface(NamedTuple):
    """The server's description of an environment. A vector environment also has the single spaces.

    `changing` is whether a call has changed the spaces. Then those of a checkpoint may be others too.
    """

    spec: EnvSpec
    metadata: dict[str, Any]
    render_mode: str | None
    num_envs: int | None
    spaces: dict[str, Space[Any]]
    changing: bool = False

    @classmethod
    def of(cls, described: Any, remake: Callable[[Mapping[str, Any]], EntryPoint]) -> "Interface":
        """The interface in the reply of `interface/`.

        `remake` returns the entry point for a described spec; the server's own cannot be used here.

        Raises:
            VersionMismatch: this client does not understand the reply.
        """
        try:
            spaces = _rebuilt(described["spaces"])
            metadata = described["metadata"]
            if "autoreset_mode" in metadata:
                metadata["autoreset_mode"] = AutoresetMode(metadata["autoreset_mode"])
            spec = served_spec(described["spec"], remake(described["spec"]))
            return cls(spec, metadata, described["render_mode"], described["num_envs"], spaces)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise VersionMismatch(
                "This client does not understand the server's description of the environment "
                f"({type(error).__name__}: {error}); install the gymnasium-http of the server's version."
            ) from error

    def changed(self, described: Mapping[str, Any]) -> "Interface":
        """The interface with these spaces instead of those of the same names.

        Raises:
            VersionMismatch: this client cannot build one.
        """
        return self._replace(spaces={**self.spaces, **_rebuilt(described)}, changing=True)


def _rebuilt(described: Mapping[str, Any]) -> dict[str, Space[Any]]:
    return {name: rebuild(description) for name, description in described.items()}
