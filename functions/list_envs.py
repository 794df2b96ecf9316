"""GET /v1/envs/: the caller's environments."""

from collections.abc import Mapping
from typing import Literal

from mangum import Mangum

from shared.errors import InvalidValue
from shared.session.inventory.listing import MOST_AT_ONCE, MOST_IN_PAGE
from shared.session.stored.reference import Reference
from shared.web.app.application import create_app
from shared.web.app.routing import Router
from shared.web.protocol.pages import link_to_next, page_asked
from shared.web.protocol.query import QueryParameter
from shared.web.protocol.reply import Response
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
        ),
        "limit": QueryParameter(
            f"The most environments of one page, 1 to {MOST_IN_PAGE}. Without it and `cursor`, all are listed, up "
            f"to {MOST_AT_ONCE}.",
            int,
        ),
        "cursor": "Where the page begins, from the `Link` of the page before.",
    },
    example={"5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11": "CartPole-v1"},
)
async def list_envs(request: Request[None]) -> Response:
    """List every environment of the caller, as a map from instance id to environment id.

    In pages, a reply that is not the last has a `Link` to the next, with `rel="next"`. A page may have fewer
    environments than `limit`, or none; the list ends with the reply that has no `Link`.
    """
    caller, query, listing = request.owner, request.query, request.service.session.listing
    owners = [caller, *_others(request)]
    asked = page_asked(query, owners, MOST_IN_PAGE)
    if asked is None:
        return request.reply(_named(caller, await listing.all(owners)))
    page = await listing.page(owners, asked.limit, asked.after)
    headers = {} if page.last is None else {"Link": link_to_next(query, page.last)}
    return request.reply(_named(caller, page.env_ids), headers=headers)


def _others(request: Request[None]) -> list[str]:
    """The other owners whose environments the caller has asked for and may watch."""
    owners = request.query.get("owners", "own")
    if owners not in ("own", "all"):
        raise InvalidValue(f"owners is {owners[:40]!r}; send own or all.")
    return sorted(watched_by(request.owner, request.service.settings)) if owners == "all" else []


def _named(caller: str, env_ids: Mapping[Reference, str]) -> dict[str, str]:
    return {
        instance_id if owner == caller else f"{owner}:{instance_id}": env_id
        for (owner, instance_id, _), env_id in env_ids.items()
    }


app = create_app(router)
handler = Mangum(app, lifespan="off")
