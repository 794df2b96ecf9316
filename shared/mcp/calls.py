"""What the tools do: the session's operations, as the endpoints of `/v1` carry them out, without HTTP.

Each takes the request, which knows the caller, and its own arguments. Each raises what its endpoint answers with.
"""

from typing import Any

import numpy as np

from shared.mcp.arguments import (
    Asked,
    CheckpointArguments,
    ExploreArguments,
    ForkArguments,
    MakeArguments,
    Named,
    ResetArguments,
    RestoreArguments,
    RolloutArguments,
    StepArguments,
)
from shared.mcp.told import Told, telling, told_frames
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.calls.changed_spaces import telling_spaces
from shared.session.catalog.names import action_names
from shared.session.history.place import Place
from shared.session.lifecycle.checkpoints import Past
from shared.session.live.environment import LiveEnvironment, Operation
from shared.session.live.telling import Encode
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.web.protocol.records import checkpoint_record, instance_record
from shared.web.protocol.request import Request, checkpoint_of
from shared.web.protocol.terms import exploration_of, origin_of, recipe_of, rollout_of
from shared.wire.spaces.description import described

Caller = Request[Any]
"""A request as the tools see it."""


def keyed(caller: Caller, tool: str, arguments: Any) -> Keyed | None:
    """The call's key with what it was sent with; None for a call without one."""
    if arguments.key is None:
        return None
    sent = arguments.model_dump_json(exclude={"key"}).encode()
    return Keyed.of(caller.owner, arguments.key, b"MCP", tool.encode(), sent)


async def make(caller: Caller, arguments: MakeArguments) -> Told:
    """Create an instance; its id."""
    service, key = caller.service, keyed(caller, "make", arguments)
    creation = service.session.creation
    instance_id = await creation.made_before(caller.owner, key)
    if instance_id is None:
        recipe, modules = recipe_of(arguments), service.settings.env_modules
        header = await creation.create(
            caller.owner,
            recipe,
            modules,
            key,
            gone=caller.gone,
            affinity=caller.affinity,
            record=arguments.record,
            name=arguments.name,
        )
        instance_id = header.instance_id
    caller.log.instance_id = instance_id
    return Told({"instance_id": instance_id})


async def reset(caller: Caller, arguments: ResetArguments) -> Told:
    """Begin an episode."""
    operation = operations.reset(arguments.seed, arguments.options)
    return await _applied(caller, "reset", arguments, telling_spaces(operation))


async def step(caller: Caller, arguments: StepArguments) -> Told:
    """Apply one action."""
    return await _applied(caller, "step", arguments, operations.Step(arguments.action))


async def rollout(caller: Caller, arguments: RolloutArguments) -> Told:
    """Apply many actions, all or none."""
    return await _applied(caller, "rollout", arguments, rollout_of(arguments, caller.service.settings))


async def render(caller: Caller, arguments: Named) -> Told:
    """The picture now."""
    operation = operations.render(caller.service.settings.max_frame_pixels)
    return await _applied(caller, "render", arguments, operation, told_frames)


async def spaces(caller: Caller, arguments: Asked) -> Told:
    """Both spaces, and the names of the actions where there are any."""
    call = InstanceCall(_reference(caller, arguments), _spaces, _telling(caller))
    outcome = await caller.service.session.call(call, caller.log.timing)
    told: Told = outcome.reply
    return told.having(action_meanings=action_names(outcome.header.recipe.env_id))


async def explore(caller: Caller, arguments: ExploreArguments) -> Told:
    """What many sequences of actions would come to."""
    reference, past = origin_of(arguments.from_, _reference(caller, arguments), caller.service.views.history)
    outcome = await caller.service.views.explorer.explore(
        reference,
        exploration_of(arguments, caller.service.settings),
        _telling(caller),
        None,
        keyed(caller, "explore", arguments),
        caller.log.timing,
        past,
    )
    told: Told = outcome.reply
    return told


async def fork(caller: Caller, arguments: ForkArguments) -> Told:
    """Copies that go on from here."""
    reference, key = _reference(caller, arguments), keyed(caller, "fork", arguments)
    forked = await caller.service.session.forking.fork(
        reference, arguments.count, arguments.reseed, None, key, _past(caller, reference, arguments.revision)
    )
    return Told({"instance_ids": forked.instance_ids})


async def checkpoint(caller: Caller, arguments: CheckpointArguments) -> Told:
    """Keep the state as it is now."""
    reference, key = _reference(caller, arguments), keyed(caller, "checkpoint", arguments)
    checkpoints = caller.service.session.checkpoints
    kept = await checkpoints.kept_before(reference, key)
    return Told({**checkpoint_record(kept or await checkpoints.keep(reference, arguments.name, None, key))})


async def restore(caller: Caller, arguments: RestoreArguments) -> Told:
    """Go back to a checkpoint, or to a recorded revision."""
    reference = _reference(caller, arguments)
    past = _past(caller, reference, arguments.revision)
    if arguments.checkpoint_id is not None:
        reference = checkpoint_of(reference, arguments.checkpoint_id)
    outcome = await caller.service.session.checkpoints.restore(
        reference, instance_record, None, keyed(caller, "restore", arguments), past
    )
    caller.log.revision = outcome.header.revision
    return Told({**outcome.reply, "revision": outcome.header.revision})


async def history(caller: Caller, arguments: Asked) -> Told:
    """What the instance has been through, and the states that were kept of it."""
    instance, kept = await caller.service.session.checkpoints.list(_reference(caller, arguments))
    return Told({**instance_record(instance), "checkpoints": [checkpoint_record(header) for header in kept]})


async def close(caller: Caller, arguments: Named) -> Told:
    """Delete the instance and its checkpoints."""
    key = keyed(caller, "close", arguments)
    await caller.service.session.closing.close(_reference(caller, arguments), None, key)
    return Told({"message": "Environment closed and deleted."})


async def _applied(
    caller: Caller, tool: str, arguments: Named, operation: Operation, encode: Encode | None = None
) -> Told:
    call = InstanceCall(
        _reference(caller, arguments),
        operation,
        encode or _telling(caller),
        keyed=keyed(caller, tool, arguments),
    )
    outcome = await caller.service.session.call(call, caller.log.timing)
    caller.log.revision = outcome.header.revision
    told: Told = outcome.reply
    return told.having(revision=outcome.header.revision)


def _reference(caller: Caller, arguments: Named | Asked) -> Reference:
    reference = caller.instance(arguments.instance_id)
    caller.log.instance_id = reference.instance_id
    return reference


def _past(caller: Caller, reference: Reference, revision: str | int | None) -> Past | None:
    """The recorded state of a revision, if one is asked for."""
    return None if revision is None else caller.service.views.history.past(reference, Place.parse(str(revision)))


def _telling(caller: Caller) -> Encode:
    return telling(caller.service.settings.max_frame_pixels)


def _spaces(live: LiveEnvironment) -> dict[str, Any]:
    recipe, env = live.header.recipe, live.env
    names = ("action_space", "observation_space")
    return {
        **{name: _short(live.ask(described, getattr(env, name))) for name in names},
        "env_id": recipe.env_id,
        "render_mode": recipe.render_mode,
        "num_envs": recipe.num_envs,
    }


def _short(description: Any) -> Any:
    """The description with one number for bounds that are equal everywhere. A picture has 100,000 of them."""
    if isinstance(description, list):
        return [_short(part) for part in description]
    if not isinstance(description, dict):
        return description
    return {
        name: bound.flat[0]
        if name in ("low", "high")
        and isinstance(bound, np.ndarray)
        and bound.size
        and (bound == bound.flat[0]).all()
        else _short(bound)
        for name, bound in description.items()
    }
