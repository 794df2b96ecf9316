"""GET /v1/catalog/: what can be created."""

from mangum import Mangum
from starlette.responses import Response

from shared.errors import NotCreatable
from shared.session.catalog.catalog import catalog as entries
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.request import Request
from shared.wire.spaces.descriptions import CatalogReply

router = Router()


@router.get(
    "/v1/catalog/",
    summary="List what can be created",
    reply=CatalogReply,
    errors=(NotCreatable,),
    query={"env_id": "Only this one; it may be one that another package registered."},
    tag="service",
)
async def catalog(request: Request[None]) -> Response:
    """Every environment that can be created here, with its spaces, render modes and limits.

    A space's bounds are given once where they are the same everywhere. `mechanism` is null where it is found by
    trial, at the first creation; `action_meanings` where the environment itself has no words for its actions.

    One that is asked for by `env_id` also has `keys`, by which people play it: rows with an `action`, its
    `meaning` where it has no name, and `codes`, for each key that has to be held the values of
    `KeyboardEvent.code` that it goes by. Of the rows whose keys are all held, that with the most counts. One
    without keys is the action while nothing is held; where there is none, the environment waits. `keys` is null
    where they cannot say its actions.
    """
    request.check_key()
    env_id = request.query.get("env_id")
    if env_id is None:
        return request.reply({"environments": entries()})
    modules = request.service.settings.env_modules
    found = await request.service.session.trials.describe(env_id, modules)
    return request.reply({"environments": [found]})


app = create_app(router)
handler = Mangum(app, lifespan="off")
