"""Every endpoint and the static pages in one application: `uvicorn functions.local:app`."""

from pathlib import Path

from functions import (
    action_space,
    at_env,
    batch_reset,
    batch_step,
    catalog,
    checkpoints,
    close_env,
    create_env,
    episode_env,
    episodes_env,
    explore_env,
    fork_env,
    get_env,
    health,
    history_env,
    interface,
    legacy,
    lineage_env,
    list_envs,
    livez,
    mcp,
    metrics,
    monitor_frames,
    monitor_render,
    observation_space,
    openenv,
    readyz,
    record_env,
    recordings,
    render_env,
    reset_env,
    restore_env,
    rollout_env,
    session_env,
    snapshot_env,
    step_env,
    stream_env,
    ticket_env,
    verify_env,
)
from shared.web.app.application import create_app

# The order of the documentation.
MODULES = (
    step_env,
    reset_env,
    rollout_env,
    explore_env,
    batch_step,
    batch_reset,
    create_env,
    list_envs,
    get_env,
    close_env,
    action_space,
    observation_space,
    interface,
    render_env,
    stream_env,
    ticket_env,
    monitor_frames,
    monitor_render,
    fork_env,
    checkpoints,
    restore_env,
    snapshot_env,
    record_env,
    history_env,
    at_env,
    episodes_env,
    episode_env,
    lineage_env,
    verify_env,
    recordings,
    catalog,
    mcp,
    health,
    livez,
    readyz,
    legacy,
)

PAGES = Path(__file__).parents[1] / "static"

LOCAL_MODULES = (openenv, session_env, metrics)
"""Endpoints that are not deployed as Lambda functions."""

app = create_app(
    *(module.router for module in (*MODULES, *LOCAL_MODULES)),
    documented=True,
    pages=PAGES if PAGES.is_dir() else None,
)
