"""The API of openai/gym-http-api, under /legacy/v1/.

Some of its clients drop the path of the address that they are given. For these, `uvicorn functions.legacy:app` and
the Lambda function serve it at /v1/ as well.
"""

from mangum import Mangum
from starlette import responses

from shared.errors import Contended, InvalidRequest, InvalidValue, NotCreatable, NotExact
from shared.legacy import instances, messages
from shared.legacy import operations as legacy
from shared.legacy.dialect import LEGACY
from shared.legacy.instance_ids import short_id
from shared.session.calls import operations
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request

root = Router(dialect=LEGACY, tag="legacy")

_INSTANCE = "/v1/envs/{instance_id}"
_REPLACED = '299 - "{made} was made{arguments}, since the requested id is gone"'
_NO_SCREEN = (
    '299 - "render was ignored: the server has no screen; GET /v1/envs/ID/monitor/render/ returns pictures"'
)


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
    """Call `Env.step`. `done` is `terminated or truncated`."""
    response = await request.apply(legacy.step(request.body.action))
    if request.body.render:
        response.raw_headers.append((b"warning", _NO_SCREEN.encode()))
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
    """Call `Env.reset` without a seed. The first reset uses the seed given at creation."""
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
    """Call `gymnasium.make`. If the id's version is gone, the newest is made, and a `Warning` header says so.

    `/v1` knows the instance by a UUID that begins with the same digits.
    """
    body, service = request.body, request.service
    header = await instances.create(
        service.session, request.owner, body.env_id, body.seed, service.settings.env_modules, request.gone
    )
    recipe = header.recipe
    arguments = ", ".join(f"{name}={value}" for name, value in recipe.kwargs.items())
    warning = _REPLACED.format(made=recipe.env_id, arguments=f" with {arguments}" if arguments else "")
    headers = {} if recipe.env_id == body.env_id else {"Warning": warning}
    return request.reply({"instance_id": short_id(header.instance_id)}, headers=headers)


@root.get(
    "/v1/envs/",
    summary="List environments",
    reply=messages.LegacyInstances,
    example={"all_envs": {"3c657dbc": "CartPole-v0"}},
    errors=(InvalidValue,),
)
async def legacy_list_envs(request: Request[None]) -> Response:
    """List the caller's environments that were created through this API."""
    return request.reply({"all_envs": await instances.env_ids(request.service.session, request.owner)})


@root.get(
    _INSTANCE + "/action_space/",
    summary="Describe the action space",
    reply=messages.LegacySpaceInfo,
    example={"info": {"name": "Discrete", "n": 2, "shape": []}},
)
async def legacy_action_space(request: Request[None]) -> Response:
    """Describe the space. Bounds are flat, in row-major order."""
    return await request.apply(legacy.describe_space("action_space"))


@root.get(
    _INSTANCE + "/action_space/sample/",
    summary="Sample the action space",
    reply=messages.LegacyAction,
    example={"action": 1},
    errors=(Contended,),
)
async def legacy_sample_action_space(request: Request[None]) -> Response:
    """Sample a random action."""
    return await request.apply(legacy.sample_action())


@root.get(
    _INSTANCE + "/action_space/contains/{x}/",
    summary="Check an integer against the action space",
    reply=messages.LegacyMember,
    example={"member": True},
    errors=(InvalidValue,),
)
async def legacy_action_space_contains(request: Request[None]) -> Response:
    """Tell whether the integer `x` is an action."""
    return await request.apply(legacy.contains_action(request.scope["path_params"]["x"]))


@root.get(
    _INSTANCE + "/observation_space/",
    summary="Describe the observation space",
    reply=messages.LegacySpaceInfo,
    example={"info": {"name": "Box", "shape": [2], "low": [-1e100, -1.0], "high": [1e100, 1.0]}},
)
async def legacy_observation_space(request: Request[None]) -> Response:
    """Describe the space. Bounds are flat, in row-major order."""
    return await request.apply(legacy.describe_space("observation_space"))


@root.post(
    _INSTANCE + "/observation_space/contains/",
    summary="Check a description against the observation space",
    body=dict[str, object],
    reply=messages.LegacyMember,
    example={"member": True},
)
async def legacy_observation_space_contains(request: Request[dict[str, object]]) -> Response:
    """Tell whether every entry, such as those of `{"name": "Box", "shape": [4]}`, describes the space."""
    return await request.apply(legacy.describes_observation_space(request.body))


@root.post(
    _INSTANCE + "/monitor/start/",
    summary="Start recording statistics",
    body=messages.MonitorBody,
    reply=None,
    status=204,
    errors=(Contended,),
)
async def legacy_monitor_start(request: Request[messages.MonitorBody]) -> Response:
    """Record the length, return and time of every episode, as `statistics` in the instance's `/v1` record."""
    await request.apply(operations.start_statistics(resume=request.body.resume))
    return _done()


@root.post(
    _INSTANCE + "/monitor/close/",
    summary="Stop recording statistics",
    reply=None,
    status=204,
    errors=(Contended,),
)
async def legacy_monitor_close(request: Request[None]) -> Response:
    """Stop adding episodes to the statistics. What was recorded stays."""
    await request.apply(operations.stop_statistics())
    return _done()


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
    return _done()


@root.post(
    "/v1/upload/",
    summary="Refuse an upload",
    body=messages.UploadBody,
    reply=None,
    status=204,
    errors=(InvalidRequest,),
)
async def legacy_upload(request: Request[messages.UploadBody]) -> Response:
    """Always answer with an error."""
    raise InvalidRequest(
        "Nothing was uploaded: the site that took results is gone. monitor/start/ records statistics here."
    )


@root.post("/v1/shutdown/", summary="Refuse a shutdown", reply=None, status=204, errors=(InvalidRequest,))
async def legacy_shutdown(request: Request[None]) -> Response:
    """Always answer with an error."""
    raise InvalidRequest("A client cannot shut down a server that others use; close your environments instead.")


def _done() -> Response:
    """204 as Flask sent it: typed clients look for a type where there is nothing of any."""
    return responses.Response(status_code=204, media_type="text/html")


router = root.under("/legacy")
app = create_app(root, router)
handler = Mangum(app, lifespan="off")
