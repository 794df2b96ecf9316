"""One environment on the server, as far as it is the same whether its calls block or are awaited."""

from typing import Any, TypeVar

from gymnasium.envs.registration import EnvSpec

from gymnasium_http.calls.channel import OnServer
from gymnasium_http.interface.interface import Interface
from gymnasium_http.interface.specs import completed
from gymnasium_http.transport.caller import Caller

InstanceT = TypeVar("InstanceT", bound="Instance")


class Instance(OnServer):
    """An environment that is kept on the server until it is closed, or nothing was written to it for a week.

    It outlives this object, this process and the server: it is attached to by its `instance_id`. Unpickling gives
    the same environment in another process.
    """

    closed = False

    def __init__(self, connection: Caller, instance_id: str, interface: Interface) -> None:
        """Use what makes environments, or attaches to them."""
        super().__init__(connection, instance_id)
        self.interface = interface
        self.metadata = interface.metadata
        self.render_mode = interface.render_mode
        connection.users.add(self)
        self._show_spaces()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.connection, self.instance_id, self.interface)

    @property
    def transport(self) -> str:
        """What carries its calls now: `session`, where the server has them and one is open, or else `http`."""
        return self.channel.transport

    @property
    def spec(self) -> EnvSpec | None:
        """The environment's spec, whose entry point makes another on the server."""
        return self.interface.spec

    @spec.setter
    def spec(self, given: EnvSpec) -> None:  # by gymnasium.make
        self.interface = self.interface._replace(spec=completed(given, self.interface.spec, self.connection))

    def follow(self, reply: Any) -> Any:
        """Adopt the spaces in a reply, if it has any, and return the reply."""
        if "spaces" in reply:
            self.interface = self.interface.changed(reply["spaces"])
            self._show_spaces()
        return reply

    def _show_spaces(self) -> None:
        for name, space in self.interface.spaces.items():
            setattr(self, name, space)
