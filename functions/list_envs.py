"""GET /v1/envs/: the caller's environments."""

from mangum import Mangum
from starlette.responses import Response

from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.request import Request

router = Router()


@router.get(
    "/v1/envs/",
    summary="List environments",
    reply=dict[str, str],
    example={"5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11": "CartPole-v1"},
)
async def list_envs(request: Request[None]) -> Response:
    """List every environment of the caller, as a map from instance id to environment id."""
    return request.reply(await request.service.session.snapshots.index.list(request.owner))


app = create_app(router)
handler = Mangum(app, lifespan="off")
