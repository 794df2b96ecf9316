"""GET /v1/envs/: the caller's environments."""

from typing import Literal

from mangum import Mangum
from starlette.responses import Response

from shared.errors import InvalidValue
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.query_parameter import QueryParameter
from shared.web.protocol.request import Request
from shared.web.service.auth import watched_by

router = Router()


@router.get(
    "/v1/envs/",
    summary="List environments",
    reply=dict[str, str],
    errors=(InvalidValue,),
    query={
        "owners": QueryParameter(
            "`all` lists everyone's for a teacher's key, those of others as `OWNER:ID`.", Literal["own", "all"]
        )
    },
    example={"5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11": "CartPole-v1"},
)
async def list_envs(request: Request[None]) -> Response:
    """List every environment of the caller, as a map from instance id to environment id."""
    index = request.service.session.bulk.index
    found = await index.list(request.owner)
    owners = request.query.get("owners", "own")
    if owners not in ("own", "all"):
        raise InvalidValue(f"owners is {owners[:40]!r}; send own or all.")
    for owner in sorted(watched_by(request.owner, request.service.settings)) if owners == "all" else ():
        found |= {f"{owner}:{instance_id}": env_id for instance_id, env_id in (await index.list(owner)).items()}
    return request.reply(found)


app = create_app(router)
handler = Mangum(app, lifespan="off")
