"""How a session begins: whose instance it is, and in which form its messages are."""

from shared.errors import InstanceNotFound, InvalidValue
from shared.web.protocol.dialect import V1
from shared.web.sessions.forms import Form, Json, MessagePack
from shared.web.sessions.session import Calls, Session
from shared.web.sockets.upgrade import Upgrade

JSON, MSGPACK = "gymnasium.v1.json", "gymnasium.v1.msgpack"
"""The subprotocols."""


async def open_session(upgrade: Upgrade, calls: Calls) -> None:
    """Serve a session on the instance that the path names, until its client leaves or this server ends.

    Nothing is read of the instance: what is not there, or no longer, is told to each call.

    Raises:
        Unauthorized: API keys are set, and the request has neither one nor a ticket for a session.
        InstanceNotFound: the path has no id of an instance.
        InvalidValue: it offers subprotocols, and none of these, or asks for an unknown form of arrays.
        SocketsFull, ServerEnding: this server opens no more.
        SocketGone: the client has left.
    """
    instance_id = upgrade.scope["path_params"]["instance_id"]
    owner = upgrade.owner(instance_id)
    if not V1.id_pattern.fullmatch(instance_id):
        raise InstanceNotFound
    name = _chosen(upgrade)
    form: Form = MessagePack() if name == MSGPACK else Json(upgrade.arrays)
    upgrade.log.owner, upgrade.log.instance_id = owner, instance_id
    async with upgrade.accept(name) as socket:
        await Session(upgrade, owner, form, calls).serve(socket)


def _chosen(upgrade: Upgrade) -> str | None:
    """The first subprotocol of ours that the client offers; None if it offers none at all."""
    offered = upgrade.subprotocols
    for name in offered:
        if name in (JSON, MSGPACK):
            return name
    if offered:
        raise InvalidValue(f"This server has no subprotocol {offered[0][:40]!r}; offer {JSON} or {MSGPACK}.")
    return None
