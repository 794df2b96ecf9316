"""OpenEnv's calls under one address: `ws` for its clients, and the same over HTTP.

OpenEnv's own server makes an environment for each call over HTTP. Here an episode goes on by its `episode_id`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from shared.errors import (
    CallTooLong,
    InvalidValue,
    Misconfigured,
    NotCreatable,
    NotExact,
    QuotaExceeded,
    ResetNeeded,
)
from shared.openenv import messages
from shared.openenv.connection import converse
from shared.openenv.episodes import Episode, Episodes, check_one
from shared.openenv.faults import no_episode
from shared.openenv.schema import STATE_SCHEMA, action_schema, observation_schema
from shared.settings import Settings
from shared.web.app.routing import CALL_ERRORS, Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.web.sockets.upgrade import Upgrade

_OBSERVATION = {
    "observation": {"observation": 0, "info": {"prob": 1}, "terminated": False, "truncated": False},
    "reward": None,
    "done": False,
    "metadata": {
        "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
        "episode_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11.1",
    },
}
_STATE = {
    "episode_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11.1",
    "step_count": 0,
    "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
    "env_id": "FrozenLake-v1",
    "episode": 1,
    "episode_return": 0.0,
    "revision": 1,
}


class Place(NamedTuple):
    """An address under which the calls are."""

    path: str
    name: str
    """What tells its operations from those of other places in the document."""
    env_id: Callable[[Mapping[str, str], Settings], str] | None
    """From the path's parameters to the environment that is made; None where an instance is continued."""


def _root_env_id(_: Mapping[str, str], settings: Settings) -> str:
    if not settings.openenv:
        raise Misconfigured("Nothing is served at the root; set GYM_HTTP_OPENENV to an environment's id.")
    return settings.openenv


OF_INSTANCE = Place("/openenv/instances/{instance_id}", "instance", None)
OF_ENVIRONMENT = Place("/openenv/{env_id}", "environment", lambda named, _: named["env_id"])
OF_NAMESPACE = Place(
    "/openenv/{namespace}/{name}", "namespaced", lambda named, _: f"{named['namespace']}/{named['name']}"
)
AT_ROOT = Place("", "root", _root_env_id)


def face(place: Place) -> Router:
    """The calls under the place's address."""
    router = Router(tag="openenv")
    for declare, path, call, declared in (
        (router.post, "reset", _reset, _RESET),
        (router.post, "step", _step, _STEP),
        (router.get, "state", _state, _STATE_CALL | ({} if place.env_id is None else {"query": _WHICH})),
        (router.get, "metadata", _metadata, _METADATA),
        (router.get, "schema", _schema, _SCHEMA),
        (router.get, "health", _health, _HEALTH),
    ):
        declare(f"{place.path}/{path}/", **declared)(_bound(call, place))

    @router.socket(f"{place.path}/ws/")
    async def connect(upgrade: Upgrade) -> None:
        named = upgrade.scope["path_params"]
        if place.env_id is None:
            await converse(upgrade, instance_id=named["instance_id"])
        else:
            await converse(upgrade, env_id=place.env_id(named, upgrade.service.settings))

    return router


Call = Callable[[Place, Request[Any]], Awaitable[Response]]


def _bound(call: Call, place: Place) -> Callable[[Request[Any]], Awaitable[Response]]:
    """The call at its place, under a name of its own in the document."""

    async def bound(request: Request[Any]) -> Response:
        return await call(place, request)

    bound.__name__ = f"openenv_{place.name}{call.__name__}"
    bound.__doc__ = call.__doc__
    return bound


async def _reset(place: Place, request: Request[messages.ResetRequest]) -> Response:
    """Begin an episode: of a new environment, unless `episode_id` or the path names one that there is."""
    episodes, given = Episodes(request.service, request.owner), request.body
    if place.env_id is None:
        episode = episodes.of_instance(_named(request)["instance_id"], given.episode_id)
    else:
        env_id = place.env_id(_named(request), request.service.settings)
        at = None if given.episode_id is None else episodes.named(env_id, given.episode_id)
        episode = await episodes.begin(env_id, given, at)
    data, header = await episodes.reset(episode, given)
    return request.reply(data, revision=header.revision)


async def _step(place: Place, request: Request[messages.StepRequest]) -> Response:
    """Apply an action to the episode that `episode_id`, `instance_id` or the path names."""
    body, episodes = request.body, Episodes(request.service, request.owner)
    episode = _episode(place, request, episodes, body.episode_id, body.instance_id)
    data, header = await episodes.step(episode, body.action)
    return request.reply(data, revision=header.revision)


async def _state(place: Place, request: Request[None]) -> Response:
    """Tell where the episode is that `?episode_id=`, `?instance_id=` or the path names."""
    episodes, query = Episodes(request.service, request.owner), request.query
    episode = _episode(place, request, episodes, query.get("episode_id"), query.get("instance_id"))
    return request.reply(await episodes.state(episode))


async def _metadata(place: Place, request: Request[None]) -> Response:
    """Tell what the environment is called."""
    env_id = await _env_id(place, request)
    about = f"{env_id} of Gymnasium, kept by its server after every call."
    return request.reply({"name": env_id, "description": about, "version": env_id.rpartition("-v")[2]})


async def _schema(place: Place, request: Request[None]) -> Response:
    """Describe actions, observations and states by JSON Schema, and the spaces in full."""
    service, env_id = request.service, await _env_id(place, request)
    modules = service.settings.env_modules
    entry = await service.session.trials.describe(request.owner, env_id, modules, request.gone)
    schemas = {
        "action": action_schema(entry["action_space"]),
        "observation": observation_schema(entry["observation_space"]),
        "state": STATE_SCHEMA,
    }
    return request.reply(schemas)


async def _health(place: Place, request: Request[None]) -> Response:
    """Tell that this server answers. It asks nothing; `/v1/health/` asks the store."""
    return request.reply({"status": "healthy"})


def _named(request: Request[Any]) -> Mapping[str, str]:
    parameters: Mapping[str, str] = request.scope["path_params"]
    return parameters


def _episode(
    place: Place, request: Request[Any], episodes: Episodes, episode_id: str | None, instance_id: str | None
) -> Episode:
    if place.env_id is None:
        return episodes.of_instance(_named(request)["instance_id"], episode_id)
    if instance_id is not None:
        return episodes.of_instance(instance_id, episode_id)
    if episode_id is None:
        raise no_episode("No episode is named; send the episode_id or the instance_id that the reset replied.")
    return episodes.named(place.env_id(_named(request), request.service.settings), episode_id)


async def _env_id(place: Place, request: Request[None]) -> str:
    request.check_key()
    if place.env_id is not None:
        return place.env_id(_named(request), request.service.settings)
    header = await request.service.session.snapshots.header(request.reference)
    check_one(header)
    return header.recipe.env_id


_RESET: dict[str, Any] = {
    "summary": "Begin an episode",
    "body": messages.ResetRequest,
    "reply": messages.ObservationReply,
    "example": _OBSERVATION,
    "errors": (NotCreatable, NotExact, QuotaExceeded, InvalidValue, *CALL_ERRORS),
}
_STEP: dict[str, Any] = {
    "summary": "Apply an action",
    "body": messages.StepRequest,
    "reply": messages.ObservationReply,
    "example": {**_OBSERVATION, "reward": 0.0},
    "errors": (InvalidValue, ResetNeeded, *CALL_ERRORS),
}
_STATE_CALL: dict[str, Any] = {
    "summary": "Tell where the episode is",
    "reply": messages.StateReply,
    "example": _STATE,
    "errors": (InvalidValue,),
}
_WHICH = {"episode_id": "The episode's.", "instance_id": "Its instance's, instead."}
_METADATA: dict[str, Any] = {
    "summary": "Tell what the environment is",
    "reply": messages.MetadataReply,
    "example": {"name": "FrozenLake-v1", "description": "FrozenLake-v1 of Gymnasium.", "version": "1"},
}
_SCHEMA: dict[str, Any] = {
    "summary": "Describe what is sent and received",
    "reply": messages.SchemaReply,
    "example": {"action": {"type": "object"}, "observation": {"type": "object"}, "state": {"type": "object"}},
    "errors": (NotCreatable, CallTooLong),
}
_HEALTH: dict[str, Any] = {
    "summary": "Tell that the server answers",
    "reply": messages.HealthReply,
    "example": {"status": "healthy"},
}
