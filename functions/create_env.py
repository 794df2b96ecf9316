"""POST /v1/envs/: create an environment."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import (
    CallTooLong,
    Contended,
    KeyReused,
    NotCreatable,
    NotExact,
    QuotaExceeded,
    ReplyGone,
    SnapshotTooLarge,
)
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.prefix import prefix_of
from shared.web.protocol.request import Request
from shared.wire.messages.replies import CreateReply
from shared.wire.messages.requests import CreateBody

router = Router()


@router.post(
    "/v1/envs/",
    summary="Create an environment",
    body=CreateBody,
    reply=CreateReply,
    example={"instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"},
    errors=(
        CallTooLong,
        NotCreatable,
        NotExact,
        KeyReused,
        QuotaExceeded,
        ReplyGone,
        SnapshotTooLarge,
        Contended,
    ),
)
async def create_env(request: Request[CreateBody]) -> Response:
    """Call `gymnasium.make` and store the environment's first snapshot.

    Reset the environment before the first step. It is kept until it is closed, or unused for a week.
    """
    body = request.body
    recipe = Recipe(
        env_id=body.env_id,
        render_mode=body.render_mode,
        kwargs=body.kwargs,
        max_episode_steps=body.max_episode_steps,
        wrappers=tuple(WrapperRecipe(wrapper.name, wrapper.kwargs) for wrapper in body.wrappers),
        num_envs=body.num_envs,
        autoreset=body.autoreset or ("Disabled" if body.num_envs is None else "NextStep"),
        seed=body.seed,
    )
    owner, keyed, creation = request.owner, request.keyed, request.service.session.creation
    made_before = await creation.made_before(owner, keyed)
    instance_id = made_before
    if instance_id is None:
        modules = request.service.settings.env_modules
        header = await creation.create(
            owner,
            recipe,
            modules,
            keyed,
            gone=request.gone,
            affinity=request.affinity,
            record=body.record,
        )
        instance_id = header.instance_id
    prefix = prefix_of(request.service.settings.root_path, request.scope, request.headers)
    return request.reply(
        {"instance_id": instance_id},
        headers={"Location": f"{prefix}/v1/envs/{instance_id}/"},
        revision=0,
        replayed=made_before is not None,
    )


app = create_app(router)
handler = Mangum(app, lifespan="off")
