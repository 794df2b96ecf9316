"""GET /v1/catalog/: what can be created."""

from mangum import Mangum

from shared.errors import NotCreatable
from shared.session.catalog.catalog import catalog as entries
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.wire.spaces.replies import CatalogReply

router = Router()


@router.get(
    "/v1/catalog/",
    summary="List what can be created",
    reply=CatalogReply,
    errors=(NotCreatable,),
    query={"env_id": "Only this one, which may be another package's."},
    tag="service",
)
async def catalog(request: Request[None]) -> Response:
    """Every environment that can be created here, with its spaces, render modes and limits.

    A space's bounds are one number if they are equal everywhere. `mechanism` is null if it is found by trial, at
    the first creation. `action_meanings` is null if the environment has no names for its actions.

    With `env_id`, the entry also has `keys`, by which people play it: rows with an `action`, its `meaning` if the
    action has no name, and `codes`. These are, for each key to be held, the values of `KeyboardEvent.code` that
    mean it. Of all rows whose keys are held, the one with the most keys applies. A row without keys is the action
    while no key is held; without such a row, the environment waits. `keys` is null if keys cannot express the
    environment's actions.
    """
    request.check_key()
    env_id = request.query.get("env_id")
    if env_id is None:
        return request.reply({"environments": entries()})
    modules = request.service.settings.env_modules
    found = await request.service.session.trials.describe(request.owner, env_id, modules, request.gone)
    return request.reply({"environments": [found]})


app = create_app(router)
handler = Mangum(app, lifespan="off")
