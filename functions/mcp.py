"""POST /mcp/: the environments as tools of the Model Context Protocol, for agents."""

import asyncio
from importlib import import_module

from mangum import Mangum

from shared.errors import NotInstalled
from shared.mcp.dialect import MCP
from shared.mcp.messages import RpcMessage, RpcReply
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request

router = Router(dialect=MCP, tag="agents")


@router.post(
    "/mcp/",
    summary="Send a message of MCP",
    body=RpcMessage,
    reply=RpcReply,
    example={
        "jsonrpc": "2.0",
        "id": 1,
        "result": {
            "content": [{"type": "text", "text": '{"instance_id":"5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"}'}],
            "structuredContent": {"instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"},
            "isError": False,
        },
    },
    errors=(NotInstalled,),
)
async def mcp(request: Request[None]) -> Response:
    """Answer one message of the Model Context Protocol by Streamable HTTP, without a session.

    The tools are `make`, `reset`, `step`, `rollout`, `render`, `spaces`, `fork`, `checkpoint`, `restore`,
    `explore`, `history` and `close`, and the resources those of `gymnasium://catalog`. A notification is 202.
    """
    request.check_key()
    try:
        # A second the first time, and in a thread: others are answered meanwhile.
        server = await asyncio.to_thread(import_module, "shared.mcp.server")
    except ModuleNotFoundError as error:
        raise NotInstalled(
            f"{error.name} is not installed on this server; whoever runs it installs the extra mcp, in a clone by "
            "`pip install --editable .[mcp]`."
        ) from error
    response: Response = await server.answer(request)
    return response


app = create_app(router)
handler = Mangum(app, lifespan="off")
