"""GET /v1/envs/{instance_id}/session/: calls on an environment over one WebSocket. Served under uvicorn only."""

from functions import (
    action_space,
    checkpoints,
    close_env,
    explore_env,
    fork_env,
    get_env,
    history_env,
    interface,
    monitor_render,
    observation_space,
    record_env,
    render_env,
    reset_env,
    restore_env,
    rollout_env,
    step_env,
    verify_env,
)
from shared.web.app.routing import Router
from shared.web.protocol.problems import UPGRADE_REQUIRED, problem_response
from shared.web.protocol.reply import Response
from shared.web.protocol.request import Request
from shared.web.sessions.opening import open_session
from shared.web.sessions.session import calls_of
from shared.web.sockets.upgrade import Upgrade

router = Router()
_PATH = "/v1/envs/{instance_id}/session/"

CALLS = calls_of(
    module.router
    for module in (
        *(step_env, reset_env, rollout_env, explore_env, render_env, monitor_render),
        *(action_space, observation_space, interface, get_env),
        *(fork_env, checkpoints, restore_env, close_env),
        *(record_env, history_env, verify_env),
    )
)
"""What a message can call."""


@router.get(_PATH, summary="Open a session", reply=None)
async def session_env(request: Request[None]) -> Response:
    """Become a WebSocket, whose messages are calls on this environment; `docs/session.md` describes them.

    A request that is none to become a WebSocket is refused with 426.
    """
    request.log.problem = UPGRADE_REQUIRED.name
    return problem_response(
        UPGRADE_REQUIRED,
        "This address is a WebSocket; connect to it with one, or make the call by its own path.",
        {"Upgrade": "websocket"},
    )


@router.socket(_PATH)
async def session(upgrade: Upgrade) -> None:
    """Serve a session until its client leaves."""
    await open_session(upgrade, CALLS)
