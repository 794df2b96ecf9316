"""The operations of the API on a live environment. Each function takes a client's values and returns one."""

from collections.abc import Sequence
from copy import copy
from typing import Any, Literal

import gymnasium
import msgspec
from gymnasium.spaces import MultiBinary

from shared.errors import InvalidAction, InvalidValue, NotRenderable
from shared.frames import PICTURES, checked, rendered
from shared.session.calls.changed_spaces import with_changed_spaces
from shared.session.live.environment import LiveEnvironment, Operation
from shared.session.record.growth import Switch, Switching
from shared.session.stored.header import Header
from shared.session.stored.statistics import Statistics
from shared.snapshot.contract.calls import Render, Reset, Sample
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.contract.returned import told_flag, told_reward
from shared.wire.members.masks import mask_of
from shared.wire.members.members import member
from shared.wire.spaces.description import describe, described
from shared.wire.spaces.spec import describe_spec

SpaceName = Literal["action_space", "observation_space"]


def reset(seed: int | Sequence[int | None] | None, options: dict[str, Any] | None) -> Operation:
    """Begin an episode. The first takes the seed given or drawn at creation unless it brings its own.

    The operation raises InvalidValue for a list of seeds whose length is not the number of environments.
    """

    def operation(live: LiveEnvironment) -> dict[str, Any]:
        if isinstance(seed, Sequence) and len(seed) != live.header.recipe.num_envs:
            raise InvalidValue(f"seed is a list of {len(seed)}; it is one for each environment of a vector.")
        chosen = _first_seed(live.header) if seed is None and live.counter.episode == 0 else seed
        observation, info = live.apply(Reset(chosen, _with_mask(live, options)))
        return {"observation": observation, "info": info}

    return operation


def _first_seed(header: Header) -> int | None:
    return header.drawn_seed if header.recipe.seed is None else header.recipe.seed


def _with_mask(live: LiveEnvironment, options: dict[str, Any] | None) -> dict[str, Any] | None:
    """A vector's `reset_mask` as the array of bools that Gymnasium wants."""
    if not live.vector or options is None or "reset_mask" not in options:
        return options
    mask = member(MultiBinary(live.header.recipe.num_envs or 1), options["reset_mask"], "reset_mask")
    return {**options, "reset_mask": mask.astype(bool)}


class Step(msgspec.Struct):
    """Apply one action, given as the client sent it.

    A reward and flags of another numeric type become a float and bools, unless wanted `as_it_is`; several in one
    stay several, and a reward of None is null. The reply has `spaces` if the step replaced one.
    """

    action: Any
    as_it_is: bool = False

    def __call__(self, live: LiveEnvironment) -> dict[str, Any]:
        """Apply it."""
        kept, env = live.kept_spaces, live.env
        spaces = kept or (env.action_space, env.observation_space)
        observation, reward, terminated, truncated, info = live.step(live.cast(spaces[0], self.action))
        plain = type(reward) is float and type(terminated) is bool and type(truncated) is bool
        if not (plain or live.vector or self.as_it_is):
            reward = told_reward(reward)
            terminated, truncated = told_flag("terminated", terminated), told_flag("truncated", truncated)
        reply = {
            "observation": observation,
            "reward": reward,
            "terminated": terminated,
            "truncated": truncated,
            "info": info,
        }
        return reply if kept else with_changed_spaces(live, spaces, reply)


def describe_space(space: SpaceName) -> Operation:
    """One of the spaces, described without loss."""
    return lambda live: live.ask(describe, getattr(live.env, space))


def interface(live: LiveEnvironment) -> dict[str, Any]:
    """All that a client needs to stand in for the environment. A vector's spec is that of one of its own."""
    env: Any = live.env
    # Each environment of a vector has a wrapper of ours around it, which is no part of the spec.
    spec = copy(env.envs[0].env.spec if live.vector else env.spec)
    # Environments are made without the checker here, whatever their registration says.
    spec.disable_env_checker = gymnasium.spec(spec.id).disable_env_checker
    names = ["action_space", "observation_space"]
    if live.vector:
        names += ["single_action_space", "single_observation_space"]
    return {
        "spec": describe_spec(spec),
        "metadata": env.metadata,
        "render_mode": live.header.recipe.render_mode,
        "num_envs": live.header.recipe.num_envs,
        "spaces": {name: live.ask(described, getattr(env, name)) for name in names},
    }


def sample(space: SpaceName, mask: Any = None, probability: Any = None) -> Operation:
    """A random member of one of the spaces; it advances the space's generator.

    The operation raises InvalidValue for a mask or a probability that is none of this space.
    """

    def operation(live: LiveEnvironment) -> dict[str, Any]:
        chosen = getattr(live.env, space)
        given = mask_of(chosen, mask, "mask"), mask_of(chosen, probability, "probability")
        return {"sample": live.apply(Sample(space, *given))}

    return operation


def contains(space: SpaceName, value: Any) -> Operation:
    """Whether the client's value is a member of one of the spaces."""

    def operation(live: LiveEnvironment) -> dict[str, bool]:
        chosen = getattr(live.env, space)
        try:
            member = live.cast(chosen, value)
        except InvalidAction:
            return {"contains": False}
        # As a Box is asked here: the cast leaves its bounds to the environment.
        return {"contains": bool(live.ask(chosen.contains, member))}

    return operation


def start_statistics(*, resume: bool) -> Operation:
    """Keep statistics of the episodes from now on; `resume` adds to those that there are."""

    def operation(live: LiveEnvironment) -> None:
        before = live.counter.statistics
        live.counter.statistics = before.resumed() if resume and before is not None else Statistics()

    return operation


def stop_statistics() -> Operation:
    """Stop adding episodes to the statistics, if there are any."""

    def operation(live: LiveEnvironment) -> None:
        if live.counter.statistics is not None:
            live.counter.statistics = live.counter.statistics.stopped()

    return operation


def record(switch: Switch, name: str | None = None) -> Operation:
    """Record the calls from now on, or no longer, or begin the log anew; a name is given to the recording."""

    def operation(live: LiveEnvironment) -> dict[str, bool]:
        log = live.header.log
        on = log is not None and log.on
        changes = log is not None if switch == "anew" else on is not (switch == "on")
        if changes or name not in (None, live.header.name):
            live.switch = Switching(switch, name)
        return {"on": on if switch == "anew" else switch == "on"}

    return operation


def render(max_pixels: int, *, as_it_is: bool = False) -> Operation:
    """The picture in the instance's render mode, as JSON can hold it, or `as_it_is` under the name `picture`.

    The operation raises NotRenderable if the mode gives none, or a frame has more pixels than `max_pixels`.
    """

    def operation(live: LiveEnvironment) -> dict[str, Any]:
        mode = picture_mode(live.header.recipe)
        return shown(live.apply(Render()), mode, max_pixels, as_it_is=as_it_is)

    return operation


def picture_mode(recipe: Recipe) -> str:
    """The render mode of an instance that has pictures to send.

    Raises:
        NotRenderable: its mode gives none.
    """
    mode = recipe.render_mode
    if mode not in PICTURES:
        raise NotRenderable(
            f"The instance was created with {f'render_mode {mode}' if mode else 'no render_mode'}, which gives no "
            "pictures; create one with render_mode rgb_array, or another that GET /v1/catalog/ lists for it.",
            render_mode=mode,
        )
    return mode


def shown(picture: Any, mode: str, max_pixels: int, *, as_it_is: bool) -> dict[str, Any]:
    """What `render` returned, as the reply tells it.

    Raises:
        NotRenderable: a frame has more pixels than `max_pixels`.
    """
    if as_it_is:
        return {"render_mode": mode, "picture": checked(picture, mode, max_pixels)}
    return rendered(picture, mode, max_pixels)
