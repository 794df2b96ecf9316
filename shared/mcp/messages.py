"""JSON-RPC's messages in outline, for the document. MCP's own package reads and writes them."""

from typing import Any, Literal, NotRequired

from pydantic import BaseModel, Field
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12


class RpcMessage(BaseModel):
    """One message of MCP: a request, or a notification, which has no id."""

    jsonrpc: Literal["2.0"]
    id: int | str | None = None
    method: str = Field(examples=["tools/call"])
    params: dict[str, Any] | None = Field(
        None, examples=[{"name": "make", "arguments": {"env_id": "FrozenLake-v1"}}]
    )


class RpcReply(TypedDict):
    """What the message came to: a result or an error."""

    jsonrpc: str
    id: int | str | None
    result: NotRequired[dict[str, Any]]
    error: NotRequired[dict[str, Any]]
