"""POST /v1/envs/: create an environment, or one of a snapshot file."""

import asyncio

from mangum import Mangum

from shared.errors import (
    CallTooLong,
    Contended,
    InvalidSnapshot,
    KeyReused,
    NotCreatable,
    NotExact,
    QuotaExceeded,
    ReplyGone,
    SnapshotTooLarge,
)
from shared.session.lifecycle.snapshot_file import MEDIA_TYPE
from shared.session.stored.header import Header
from shared.session.stored.idempotency import Keyed
from shared.web.app.application import create_app
from shared.web.app.routing import FileBody, Router
from shared.web.protocol.lambda_limits import LAMBDA_CONTEXT
from shared.web.protocol.preferences import async_after
from shared.web.protocol.prefix import prefix_of
from shared.web.protocol.reply import Reply, Response, head_of
from shared.web.protocol.request import Request
from shared.web.protocol.terms import recipe_of
from shared.wire.messages.create import CreateBody
from shared.wire.messages.replies import CreateReply

router = Router()


def _too_large(limit: int) -> SnapshotTooLarge:
    return SnapshotTooLarge(
        f"The snapshot file has over {limit} bytes, the most that GYM_HTTP_MAX_SNAPSHOT_BYTES and "
        "GYM_HTTP_MAX_BODY_BYTES allow together; create it on a service that allows more.",
        limit=limit,
    )


_FILE = FileBody(
    MEDIA_TYPE,
    # The header holds the constructor's arguments, which came in a body.
    lambda settings: settings.max_snapshot_bytes + settings.max_body_bytes,
    _too_large,
)


@router.post(
    "/v1/envs/",
    summary="Create an environment",
    body=CreateBody,
    file=_FILE,
    reply=CreateReply,
    also={202: "With `Prefer: respond-async`: its trial goes on, and `Location` tells how far."},
    example={"instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"},
    errors=(
        CallTooLong,
        NotCreatable,
        NotExact,
        KeyReused,
        QuotaExceeded,
        ReplyGone,
        SnapshotTooLarge,
        InvalidSnapshot,
        Contended,
    ),
)
async def create_env(request: Request[CreateBody | bytes]) -> Response:
    """Call `gymnasium.make` and store the environment's first snapshot.

    Reset the environment before the first step. It is kept until it is closed, or unused for a week.

    An environment that nobody knows is tried first, which may take minutes. With `Prefer: respond-async` the reply
    is 202 with the trial's `Location` if it is not over after 2 s, or after `wait=SECONDS`. It goes on by itself.
    Once it is done, the same call creates the environment at once. On AWS Lambda the preference is not applied.

    A file of `snapshot/` as the body makes an instance that continues from there, under the caller's ownership.
    """
    # In a thread, since a digest of a large file takes milliseconds.
    keyed = await asyncio.to_thread(lambda: request.keyed) if isinstance(request.body, bytes) else request.keyed
    made_before = await request.service.session.creation.made_before(request.owner, keyed)
    prefix = prefix_of(request.service.settings.root_path, request.scope, request.headers)
    if made_before is None and (trial_id := await _trial_ahead(request)) is not None:
        where = {"Location": f"{prefix}/v1/trials/{trial_id}/", "Retry-After": "2"}
        return Reply.of(b"", 202, head_of({**where, "Preference-Applied": "respond-async"}))
    instance_id = made_before or (await _created(request, keyed)).instance_id
    return request.reply(
        {"instance_id": instance_id},
        headers={"Location": f"{prefix}/v1/envs/{instance_id}/"},
        revision=0,
        replayed=made_before is not None,
    )


async def _trial_ahead(request: Request[CreateBody | bytes]) -> str | None:
    """The id of a trial that goes on by itself, if the client prefers that to waiting and there has to be one."""
    wait_s = async_after(request.headers.get(b"prefer"))
    # Lambda stops the process after the reply.
    if wait_s is None or isinstance(request.body, bytes) or LAMBDA_CONTEXT in request.scope:
        return None
    session, modules = request.service.session, request.service.settings.env_modules
    recipe = recipe_of(request.body)
    session.creation.check(recipe, modules)
    if not await session.creation.needs_trial(recipe):
        return None
    return await session.ahead.begun(request.owner, recipe, modules, wait_s)


async def _created(request: Request[CreateBody | bytes], keyed: Keyed | None) -> Header:
    session, modules = request.service.session, request.service.settings.env_modules
    if isinstance(request.body, bytes):
        return await session.travel.arrive(request.owner, request.body, modules, keyed)
    return await session.creation.create(
        request.owner,
        recipe_of(request.body),
        modules,
        keyed,
        gone=request.gone,
        affinity=request.affinity,
        record=request.body.record,
        name=request.body.name,
    )


app = create_app(router)
handler = Mangum(app, lifespan="off")
