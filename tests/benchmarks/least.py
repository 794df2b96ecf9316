"""The least that a durable step can do: parse, step, capture, put, answer.

It has one environment family and trusts every request. It signs nothing and remembers no call, so that what the
service takes beyond it is what that costs.
"""

import uuid
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from shared import settings
from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make
from shared.snapshot.making.vector import adopt
from shared.snapshot.registry import mechanism_named
from shared.storage.address import StoreAddress
from shared.storage.open import open_store
from shared.storage.protocol import Tag

_store = open_store(StoreAddress.parse(settings.read().store), "process")
_live: dict[str, tuple[Subject, Tag]] = {}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Create an environment, reset it or step it."""
    if scope["type"] != "http":
        return
    sent = msgspec.json.decode((await receive())["body"] or b"{}")
    parts = scope["path"].strip("/").split("/")
    reply = await (_create(sent) if len(parts) == 2 else _call(parts[2], parts[3], sent))
    body = msgspec.json.encode(reply)
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def _create(sent: dict[str, Any]) -> dict[str, Any]:
    recipe = Recipe(sent["env_id"])
    subject = adopt(mechanism_named("classic-control"), make(recipe), recipe)
    instance_id = str(uuid.uuid4())
    _live[instance_id] = subject, await _store.put(instance_id, subject.capture())
    return {"instance_id": instance_id}


async def _call(instance_id: str, call: str, sent: dict[str, Any]) -> dict[str, Any]:
    subject, tag = _live[instance_id]
    if call == "reset":
        observation, info = subject.apply(Reset(sent.get("seed")))
        reply = {"observation": observation.astype(float).tolist(), "info": info}
    else:
        observation, reward, terminated, truncated, info = subject.apply(Step(sent["action"]))
        reply = {
            "observation": observation.astype(float).tolist(),
            "reward": reward,
            "terminated": bool(terminated),
            "truncated": truncated,
            "info": info,
        }
    _live[instance_id] = subject, await _store.put(instance_id, subject.capture(), tag)
    return reply
