"""An upgrade hides what is secret in it, and is refused as its server can tell."""

from typing import Any

from shared.settings import Settings
from shared.web.observe.request_log import RequestLog
from shared.web.protocol.reply import Reply
from shared.web.service.service import open_service
from shared.web.sockets.upgrade import Upgrade
from tests.shared.session.sessions import run


async def connect() -> dict[str, Any]:
    return {"type": "websocket.connect"}


def upgrade(sent: list[Any], **scope: Any) -> Upgrade:
    async def send(message: Any) -> None:
        sent.append(message)

    whole = {"query_string": b"", "subprotocols": [], **scope}
    return Upgrade(whole, connect, send, open_service(Settings(store="memory:", log="off")), RequestLog({}, "id"))


def test_the_query_and_a_key_among_the_subprotocols_are_hidden_from_what_follows() -> None:
    async def test() -> None:
        made = upgrade([], query_string=b"ticket=secret&arrays=base64", subprotocols=["bearer.c2VjcmV0", "x"])
        assert made.subprotocols == ["x"]
        assert made.arrays == "base64"
        assert made.scope["query_string"] == b"", "a server writes it into its log"
        await made.service.close()

    run(test)


def test_it_is_refused_with_a_response_or_where_the_server_has_none_by_closing() -> None:
    async def test() -> None:
        for extensions, kinds in (
            ({"websocket.http.response": {}}, ["websocket.http.response.start", "websocket.http.response.body"]),
            (None, ["websocket.close"]),
        ):
            sent: list[Any] = []
            made = upgrade(sent, extensions=extensions)
            await made.refuse(Reply.of(b"no", 404, ()))
            assert [message["type"] for message in sent] == kinds
            assert made.log.status == 404
            await made.service.close()

    run(test)
