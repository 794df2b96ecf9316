"""Resets, steps and pictures, and the calls that make many steps."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from gymnasium_http.calls.channel import RENDER
from gymnasium_http.calls.explore import Column, Futures
from gymnasium_http.calls.explore import body as exploration
from gymnasium_http.calls.rollout import OnEnd, Request, Rollout, Series, in_calls
from gymnasium_http.calls.states import like, named_state
from gymnasium_http.instance import Instance, InstanceT
from gymnasium_http.transport import exact


async def reset(env: Instance, seed: Any, options: Mapping[str, Any] | None) -> tuple[Any, dict[str, Any]]:
    """Begin an episode: the first observation and the info."""
    body = {"seed": exact.seed(seed), "options": exact.plain(options)}
    given = {name: value for name, value in body.items() if value is not None}
    reply = env.follow(await env.channel.change("reset/", given, exactly=True))
    return reply["observation"], reply["info"]


async def step(env: Instance, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
    """Apply one action, or one in each sub-environment."""
    reply = env.follow(await env.channel.change("step/", {"action": action}, exactly=True))
    return reply["observation"], reply["reward"], reply["terminated"], reply["truncated"], reply["info"]


async def render(env: Instance) -> Any:
    """The picture, or the pictures; None without a render mode."""
    if env.render_mode in (None, "human"):
        return None
    # Rendering may change the environment: rgb_array_list empties its list.
    return (await env.channel.change(RENDER, exactly=True))["picture"]


async def rollout(
    env: Instance,
    actions: Any = None,
    *,
    policy: str | None = None,
    steps: int | None = None,
    probability: float | None = None,
    include: Sequence[Series] = ("observations", "rewards", "terminations", "truncations"),
    on_end: OnEnd | None = None,
    steps_per_call: int = 1000,
    progress: bool | None = None,
) -> Rollout:
    """Make many steps in few calls. Each call is one load and one save, and is applied whole or not at all.

    Args:
        env: This environment.
        actions: The actions in order; in an array, along its first axis.
        policy: Instead of actions, "random" samples them from the action space on the server, and "repeat"
            takes the one before again with `probability`.
        steps: The number of steps, with a policy.
        probability: With "repeat", how probable it is that an action is the one before it again.
        include: What to return for every step.
        on_end: At an episode's end, "stop" skips the remaining actions, "reset" begins another episode without
            a seed, and "continue" steps on, as in process. The default is "stop", or what the autoreset mode
            says.
        steps_per_call: The most steps in one call. The server may require fewer.
        progress: Whether tqdm shows a bar. By default it does on a terminal if there are several calls.

    Raises:
        InvalidAction: an action is not in the space; `problem["index"]` is its index in the call that failed.
            The steps of earlier calls were applied.
    """

    async def call(body: Mapping[str, Any]) -> Any:
        return env.follow(await env.channel.change("rollout/", body, exactly=True))

    request = Request(actions, policy, steps, include, on_end, steps_per_call, probability)
    return await in_calls(call, request, progress)


async def explore(
    env: InstanceT,
    sequences: Any = None,
    *,
    policy: str | None = None,
    count: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
    probability: float | None = None,
    checkpoint_id: str | None = None,
    revision: int | str | None = None,
    on_end: Literal["stop", "reset"] | None = None,
    discount: float = 1.0,
    reseed: int | None = None,
    include: Sequence[Column] = ("returns", "steps", "terminations", "truncations"),
    keep: int | Sequence[int] | None = None,
) -> Futures[InstanceT]:
    """Apply many sequences of actions, each from the same state. This environment stays as it is.

    Args:
        env: This environment.
        sequences: Lists of actions of one length; in an array, the first two axes are over them.
        policy: Instead of sequences, "random" draws them on the server, and "repeat" takes the action before
            again with `probability`.
        count: The number of sequences, with a policy.
        steps: The number of actions of each, with a policy.
        seed: Draws sequence i from `numpy.random.SeedSequence(seed, spawn_key=(i,))`; by default 0.
        probability: With "repeat", how probable it is that an action is the one before it again.
        checkpoint_id: Where they begin, if not at the current state.
        revision: Likewise: a recorded revision, or `"R.k"` for call k of those that made it.
        on_end: At an episode's end, "stop" ends the future, as by default, and "reset" begins another episode.
        discount: The weight of each reward against the one before.
        reseed: Gives future i the generators of fork i with this reseed.
        include: What to return of every future.
        keep: How many of the best, or the indices of those that become environments.

    Raises:
        InvalidAction: an action is not in the space; `problem["sequence"]` and `problem["index"]` say which.
        InvalidValue: there are more sequences or steps than the server allows, `problem["limit"]`.
        RevisionNotFound: the revision was not recorded.
    """
    drawn = {"policy": policy, "count": count, "steps": steps, "probability": probability}
    options = {
        "from": named_state(checkpoint_id, revision) or None,
        "on_end": on_end,
        "discount": float(discount),
        "reseed": exact.seed(reseed),
    }
    given = exploration(sequences, {**drawn, "seed": exact.seed(seed)}, include, keep, options)
    make = env.channel.compute if keep is None else env.channel.change
    reply = await make("explore/", given, exactly=True)
    kept = {each["index"]: await like(env, each["instance_id"], now=False) for each in reply.pop("kept")}
    return Futures(**reply, kept=kept)
