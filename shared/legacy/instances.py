"""Creating and listing the instances of this API's clients."""

from collections.abc import Sequence
from secrets import token_hex

from shared.errors import Contended, InstanceNotFound, InvalidValue, NotCreatable
from shared.legacy.env_ids import GONE, Replacement, replacement
from shared.legacy.instance_ids import full_id, short_id
from shared.session.inventory.listing import MOST_AT_ONCE, MOST_IN_PAGE, Page
from shared.session.lifecycle.trials import Gone
from shared.session.session import Session
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import check_registered

_DRAWS = 8


async def create(
    session: Session,
    owner: str,
    env_id: str,
    seed: int | None,
    env_modules: Sequence[str],
    gone: Gone | None = None,
) -> Header:
    """Create an instance of the environment, or of what replaced it where that one cannot be made.

    `gone` ends the wait for a trial.

    Raises:
        NotCreatable: neither can be made.
        Contended: no free id was found.
    """
    newer = replacement(env_id)
    try:
        check_registered(env_id, env_modules)
    except NotCreatable:
        if newer is None and GONE.fullmatch(env_id):
            raise NotCreatable(
                f"The environment {env_id!r} no longer exists: Gymnasium has no successor of it. "
                "GET /v1/catalog/ lists those that can be made."
            ) from None
        if newer is None:
            # The original server's words.
            raise NotCreatable(f"Attempted to look up malformed environment ID '{env_id}'") from None
        return await _create(session, owner, newer, seed, env_modules, gone)
    try:
        return await _create(session, owner, Replacement(env_id, {}), seed, env_modules, gone)
    except NotCreatable:
        if newer is None:
            raise
        return await _create(session, owner, newer, seed, env_modules, gone)


async def env_ids(session: Session, owner: str) -> dict[str, str]:
    """The environment ids of the owner's instances that were created through this API, by short id.

    This API has no pages, so they are followed here.

    Raises:
        InvalidValue: there are too many to list them at once.
    """
    found: dict[str, str] = {}
    page = Page({}, None)
    while True:
        page = await session.listing.page([owner], MOST_IN_PAGE, page.last)
        for reference, env_id in page.env_ids.items():
            name = short_id(reference.instance_id)
            if name is not None:
                found[name] = env_id
        if len(found) > MOST_AT_ONCE:
            raise InvalidValue(
                f"There are over {MOST_AT_ONCE} environments; list them in pages through /v1/envs/."
            )
        if page.last is None:
            return found


async def free_id(session: Session, owner: str) -> str:
    """An id that no instance of the owner has. Eight digits are few enough to be drawn twice.

    Raises:
        Contended: every draw was taken.
    """
    for _ in range(_DRAWS):
        instance_id = full_id(token_hex(4))
        try:
            await session.snapshots.header(Reference(owner, instance_id))
        except InstanceNotFound:
            return instance_id
    raise Contended("No free instance id was found; try again.", retry_after=1)


async def _create(
    session: Session,
    owner: str,
    made: Replacement,
    seed: int | None,
    env_modules: Sequence[str],
    gone: Gone | None,
) -> Header:
    instance_id = await free_id(session, owner)
    recipe = Recipe(env_id=made.env_id, kwargs=dict(made.kwargs), seed=seed)
    return await session.creation.create(owner, recipe, env_modules, instance_id=instance_id, gone=gone)
