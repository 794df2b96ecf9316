"""The tools as MCP's own package serves them. Only this file knows it, and is loaded at the first message.

A message is a request of its own: no session is kept between two, so any process may answer the next one.
"""

import json
from importlib.metadata import version
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from starlette.types import Message

from shared.errors import GymHTTPError
from shared.mcp import catalogue
from shared.mcp.calls import Caller
from shared.mcp.dialect import MOST_BODY_BYTES
from shared.mcp.told import Told
from shared.mcp.tools import INSTRUCTIONS, TOOLS
from shared.web.protocol.problems import told
from shared.web.protocol.reply import Reply

_CALLER = "gym_http.caller"
"""Where the scope of a message has the request that brought it."""
_TAKEN_FOR = {b"accept": b"application/json, text/event-stream", b"content-type": b"application/json"}
"""What the specification asks a client to say. Here every body and reply is JSON, whatever it says."""

Context = ServerRequestContext[Any, Any]


async def answer(caller: Caller) -> Reply:
    """The reply to the message that the request's body is."""
    lines = {**caller.headers, **_TAKEN_FOR, b"content-length": b"%d" % len(caller.raw)}
    scope = {**caller.scope, "headers": [*lines.items()], _CALLER: caller}
    collected = _Collected(caller)
    # One manager a message: it cannot outlive an event loop, and an invocation of Lambda has its own.
    manager = StreamableHTTPSessionManager(
        _SERVER, json_response=True, stateless=True, max_request_body_size=MOST_BODY_BYTES
    )
    async with manager.run():
        await manager.handle_request(scope, collected.receive, collected.send)
    return Reply.of(bytes(collected.body), collected.status, collected.head)


class _Collected:
    """The body of a message, for the package to read, and what it sends in reply."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._read = False
        self.status = 500
        self.head: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def receive(self) -> Message:
        if self._read:
            return await self._caller.receive()
        self._read = True
        return {"type": "http.request", "body": self._caller.raw, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.head = [line for line in message["headers"] if line[0] != b"content-length"]
        else:
            self.body += message.get("body", b"")


async def _list_tools(context: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=_LISTED)


async def _call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
    tool = TOOLS.get(params.name)
    if tool is None:
        raise MCPError(
            types.INVALID_PARAMS, f"There is no tool {params.name[:100]!r}; there are {', '.join(TOOLS)}."
        )
    try:
        return _result(await tool(_caller(context), params.arguments or {}))
    except GymHTTPError as error:
        text = types.TextContent(type="text", text=error.detail)
        return types.CallToolResult(content=[text], structured_content=told(error), is_error=True)


async def _list_resources(context: Context, _: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
    about = "Every environment that can be made here, with the names of its spaces and render modes."
    catalog = types.Resource(uri=catalogue.LIST, name="catalog", description=about, mime_type=_JSON)
    return types.ListResourcesResult(resources=[catalog])


async def _list_templates(
    context: Context, _: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    about = "One environment: its spaces in full, its render modes, and what its actions are called."
    entry = types.ResourceTemplate(uri_template=catalogue.ENTRY, name="entry", description=about, mime_type=_JSON)
    return types.ListResourceTemplatesResult(resource_templates=[entry])


async def _read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    uri = str(params.uri)
    try:
        text = json.dumps(await catalogue.read(_caller(context), uri))
    except GymHTTPError as error:
        raise MCPError(types.INVALID_PARAMS, error.detail, told(error)) from error
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=_JSON, text=text)])


def _caller(context: Context) -> Caller:
    request: Any = context.request
    caller: Caller = request.scope[_CALLER]
    return caller


def _result(reply: Told) -> types.CallToolResult:
    return types.CallToolResult(
        content=[
            types.TextContent(type="text", text=reply.text),
            *(types.ImageContent(type="image", data=data, mime_type="image/png") for data in reply.pictures),
        ],
        structured_content=reply.value,
    )


_JSON = "application/json"
_LISTED = [
    types.Tool(
        name=name,
        description=tool.description,
        input_schema=tool.input_schema,
        annotations=types.ToolAnnotations(
            read_only_hint=tool.reads_only, destructive_hint=tool.destroys, open_world_hint=False
        ),
    )
    for name, tool in TOOLS.items()
]
_SERVER: Server[Any] = Server(
    "gymnasium",
    version=version("gym-http-serverless"),
    title="Gymnasium over HTTP",
    instructions=INSTRUCTIONS,
    get_tool_input_schema={tool.name: tool.input_schema for tool in _LISTED}.get,
    on_list_tools=_list_tools,
    on_call_tool=_call_tool,
    on_list_resources=_list_resources,
    on_list_resource_templates=_list_templates,
    on_read_resource=_read_resource,
)
