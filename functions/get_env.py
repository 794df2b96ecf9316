"""GET /v1/envs/{instance_id}/: an environment's record."""

from datetime import UTC, datetime

import msgspec
from mangum import Mangum
from starlette.responses import Response

from shared.web.application import create_app
from shared.web.request import Request, reply
from shared.web.routing import Router
from shared.wire.messages import InstanceReply

router = Router()


@router.get(
    "/v1/envs/{instance_id}/",
    summary="Show an environment's record",
    reply=InstanceReply,
    example={
        "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
        "env_id": "CartPole-v1",
        "render_mode": None,
        "kwargs": {},
        "max_episode_steps": None,
        "wrappers": [],
        "autoreset": "Disabled",
        "seed": None,
        "episode": 1,
        "steps": 1,
        "episode_return": 1.0,
        "ended": False,
        "created": "2026-01-31T12:00:00.104881+00:00",
        "used": "2026-01-31T12:00:00.126412+00:00",
        "revision": 2,
        "mechanism": "classic-control",
        "libraries": {"gymnasium": "1.4.0", "numpy": "2.4.6"},
        "cpu": "X86_V3 X86_V4",
    },
)
async def get_env(request: Request[None]) -> Response:
    """What it was made from, how far it is, and what carries it; read without restoring it."""
    header = await request.service.session.snapshots.header(request.reference)
    recipe, progress = header.recipe, header.progress
    record: InstanceReply = {
        "instance_id": header.instance_id,
        "env_id": recipe.env_id,
        "render_mode": recipe.render_mode,
        "kwargs": recipe.kwargs,
        "max_episode_steps": recipe.max_episode_steps,
        "wrappers": [msgspec.structs.asdict(wrapper) for wrapper in recipe.wrappers],
        "autoreset": recipe.autoreset,
        "seed": recipe.seed,
        "episode": progress.episode,
        "steps": progress.steps,
        "episode_return": progress.episode_return,
        "ended": progress.ended,
        "created": datetime.fromtimestamp(header.created, UTC).isoformat(),
        "used": datetime.fromtimestamp(header.used, UTC).isoformat(),
        "revision": header.revision,
        "mechanism": header.mechanism,
        "libraries": header.libraries,
        "cpu": header.cpu,
    }
    return reply(record, headers={"ETag": f'"{header.revision}"'})


app = create_app(router)
handler = Mangum(app, lifespan="off")
