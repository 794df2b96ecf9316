"""openai/gym-http-api under /legacy/v1/.

Some of its clients drop the path of the address they are given: `uvicorn functions.legacy:app`, and the Lambda
function, serve it at /v1/ as well.
"""

import re
import uuid

from mangum import Mangum
from starlette.responses import Response

from shared.errors import Contended, InstanceNotFound, InvalidRequest, InvalidValue, NotCreatable, NotExact
from shared.legacy import messages
from shared.legacy import operations as legacy
from shared.legacy.dialect import LEGACY, short_id, shortened
from shared.legacy.env_ids import newest_version
from shared.session.calls import operations
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import check_registered
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.request import Request

root = Router(dialect=LEGACY, tag="legacy")

_INSTANCE = "/v1/envs/{instance_id}"
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DRAWS = 8
_REPLACED = '299 - "{newest} was made in place of the asked version, which is no longer there"'
_NO_SCREEN = '299 - "render did nothing: a server has no screen; GET /v1/envs/ID/monitor/render/ gives pictures"'


@root.post(
    _INSTANCE + "/step/",
    summary="Apply an action",
    body=messages.StepBody,
    reply=messages.LegacyStep,
    example={
        "observation": [0.02727336250245571, 0.18847766518592834, 0.036254528909921646, -0.26141977310180664],
        "reward": 1.0,
        "done": False,
        "info": {},
    },
)
async def legacy_step_env(request: Request[messages.StepBody]) -> Response:
    """`Env.step`; `done` is `terminated or truncated`."""
    response = await request.apply(legacy.step(request.body.action))
    if request.body.render:
        response.headers.append("Warning", _NO_SCREEN)
    return response


@root.post(
    _INSTANCE + "/reset/",
    summary="Begin an episode",
    reply=messages.LegacyObservation,
    example={
        "observation": [0.02739560417830944, -0.006112155970185995, 0.03585979342460632, 0.019736802205443382]
    },
)
async def legacy_reset_env(request: Request[None]) -> Response:
    """`Env.reset` without a seed; the first takes the one given at creation."""
    return await request.apply(legacy.reset())


@root.post(
    "/v1/envs/",
    summary="Create an environment",
    body=messages.CreateBody,
    reply=messages.LegacyInstance,
    example={"instance_id": "3c657dbc"},
    errors=(NotCreatable, NotExact, Contended),
)
async def legacy_create_env(request: Request[messages.CreateBody]) -> Response:
    """Make an environment. An id whose version is gone makes the newest, and a `Warning` header says so.

    Through `/v1` it is the instance whose id begins with the same digits.
    """
    header = await _created(request)
    made = header.recipe.env_id
    headers = {} if made == request.body.env_id else {"Warning": _REPLACED.format(newest=made)}
    return request.reply({"instance_id": short_id(header.instance_id)}, headers=headers)


@root.get(
    "/v1/envs/",
    summary="List environments",
    reply=messages.LegacyInstances,
    example={"all_envs": {"3c657dbc": "CartPole-v0"}},
)
async def legacy_list_envs(request: Request[None]) -> Response:
    """The caller's environments that were made through this dialect."""
    instances = await request.service.session.snapshots.index.list(request.owner)
    named = {short_id(instance_id): env_id for instance_id, env_id in instances.items()}
    return request.reply({"all_envs": {name: env_id for name, env_id in named.items() if name is not None}})


@root.get(
    _INSTANCE + "/action_space/",
    summary="Describe the action space",
    reply=messages.LegacySpaceInfo,
    example={"info": {"name": "Discrete", "n": 2, "shape": []}},
)
async def legacy_action_space(request: Request[None]) -> Response:
    """The space; bounds are flat, in row-major order."""
    return await request.apply(legacy.describe_space("action_space"))


@root.get(
    _INSTANCE + "/action_space/sample/",
    summary="Sample the action space",
    reply=messages.LegacyAction,
    example={"action": 1},
    errors=(Contended,),
)
async def legacy_sample_action_space(request: Request[None]) -> Response:
    """A random action."""
    return await request.apply(legacy.sample_action())


@root.get(
    _INSTANCE + "/action_space/contains/{x}/",
    summary="Check an integer against the action space",
    reply=messages.LegacyMember,
    example={"member": True},
    errors=(InvalidValue,),
)
async def legacy_action_space_contains(request: Request[None]) -> Response:
    """Whether the integer `x` is an action."""
    x = request.scope["path_params"]["x"]
    if not _INTEGER.fullmatch(x):
        raise InvalidValue(f"An action in a path is an integer, not {x[:40]!r}.")
    return await request.apply(legacy.contains_action(int(x)))


@root.get(
    _INSTANCE + "/observation_space/",
    summary="Describe the observation space",
    reply=messages.LegacySpaceInfo,
    example={"info": {"name": "Box", "shape": [2], "low": [-1e100, -1.0], "high": [1e100, 1.0]}},
)
async def legacy_observation_space(request: Request[None]) -> Response:
    """The space; bounds are flat, in row-major order."""
    return await request.apply(legacy.describe_space("observation_space"))


@root.post(
    _INSTANCE + "/observation_space/contains/",
    summary="Check a description against the observation space",
    body=dict[str, object],
    reply=messages.LegacyMember,
    example={"member": True},
)
async def legacy_observation_space_contains(request: Request[dict[str, object]]) -> Response:
    """Whether each part of a description, such as `{"name": "Box", "shape": [4]}`, is the space's own."""
    return await request.apply(legacy.observations_are(request.body))


@root.post(
    _INSTANCE + "/monitor/start/",
    summary="Keep the episodes' statistics",
    body=messages.MonitorBody,
    reply=None,
    status=204,
    errors=(Contended,),
)
async def legacy_monitor_start(request: Request[messages.MonitorBody]) -> Response:
    """Keep the length, return and end of every episode with the instance: `statistics` in its `/v1` record."""
    await request.apply(operations.start_statistics(resume=request.body.resume))
    return Response(status_code=204)


@root.post(
    _INSTANCE + "/monitor/close/",
    summary="Keep no further statistics",
    reply=None,
    status=204,
    errors=(Contended,),
)
async def legacy_monitor_close(request: Request[None]) -> Response:
    """Add no further episodes to the statistics, which stay."""
    await request.apply(operations.stop_statistics())
    return Response(status_code=204)


@root.post(
    _INSTANCE + "/close/",
    summary="Close an environment",
    reply=None,
    status=204,
    errors=(Contended,),
)
async def legacy_close_env(request: Request[None]) -> Response:
    """Close the environment and delete its snapshot."""
    await request.service.session.closing.close(request.reference, None, None)
    return Response(status_code=204)


@root.post("/v1/upload/", summary="Refuse an upload", reply=None, status=204, errors=(InvalidRequest,))
async def legacy_upload(request: Request[None]) -> Response:
    """Always an error."""
    raise InvalidRequest(
        "Nothing was uploaded: the site that took results is gone. monitor/start keeps statistics here."
    )


@root.post("/v1/shutdown/", summary="Refuse a shutdown", reply=None, status=204, errors=(InvalidRequest,))
async def legacy_shutdown(request: Request[None]) -> Response:
    """Always an error."""
    raise InvalidRequest("A client cannot shut this server down: others use it; close your environments instead.")


async def _created(request: Request[messages.CreateBody]) -> Header:
    """An instance of the id that was asked for, or of its newest version where that one cannot be made."""
    env_id = request.body.env_id
    newest = newest_version(env_id)
    try:
        check_registered(env_id, request.service.settings.env_modules)
    except NotCreatable:
        if newest is None:
            raise NotCreatable(f"Attempted to look up malformed environment ID '{env_id}'") from None
        return await _create(request, newest)
    try:
        return await _create(request, env_id)
    except NotCreatable:
        if newest is None:
            raise
        return await _create(request, newest)


async def _create(request: Request[messages.CreateBody], env_id: str) -> Header:
    session, owner = request.service.session, request.owner
    recipe = Recipe(env_id=env_id, seed=request.body.seed)
    instance_id = await _free_id(session.snapshots, owner)
    return await session.creation.create(
        owner, recipe, request.service.settings.env_modules, instance_id=instance_id
    )


async def _free_id(snapshots: Snapshots, owner: str) -> str:
    """Digits that no instance of the owner has: eight are few enough to be drawn twice."""
    for _ in range(_DRAWS):
        instance_id = shortened(str(uuid.uuid4()))
        try:
            await snapshots.header(Reference(owner, instance_id))
        except InstanceNotFound:
            return instance_id
    raise Contended("No free instance id was found; try again.", retry_after=1)


router = root.under("/legacy")
app = create_app(root, router)
handler = Mangum(app, lifespan="off")
