"""The bodies of requests in the session's terms, whatever carried them here: a path of `/v1`, or a tool of MCP."""

from typing import Any

from shared.session.calls.actions import given, repeated, sampled
from shared.session.calls.changed_spaces import telling_spaces
from shared.session.calls.rollout import rollout
from shared.session.explore.exploration import Exploration
from shared.session.explore.rules import Rules
from shared.session.explore.sequences import Drawn
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.lifecycle.checkpoints import Past
from shared.session.live.environment import Operation
from shared.session.stored.reference import Reference
from shared.settings import Settings
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.web.protocol.request import checkpoint_of
from shared.wire.messages.create import CreateBody
from shared.wire.messages.explore import ExploreBody
from shared.wire.messages.rollout import RolloutBody
from shared.wire.messages.states import StateBody


def recipe_of(body: CreateBody) -> Recipe:
    """What an environment is to be made from."""
    return Recipe(
        env_id=body.env_id,
        render_mode=body.render_mode,
        kwargs=body.kwargs,
        max_episode_steps=body.max_episode_steps,
        wrappers=tuple(WrapperRecipe(wrapper.name, wrapper.kwargs) for wrapper in body.wrappers),
        num_envs=body.num_envs,
        autoreset=body.autoreset or ("Disabled" if body.num_envs is None else "NextStep"),
        seed=body.seed,
    )


def rollout_of(body: RolloutBody, settings: Settings) -> Operation:
    """The operation that applies the actions, within the settings' bounds on steps and bytes."""
    if body.steps is None:
        choice = given(body.actions, settings.max_steps_per_call)
    elif body.probability is not None:
        choice = repeated(body.steps, body.probability, settings.max_steps_per_call)
    else:
        choice = sampled(body.steps, settings.max_steps_per_call)
    return telling_spaces(rollout(choice, body.on_end, body.include, settings.max_reply_bytes))


def exploration_of(body: ExploreBody, settings: Settings) -> Exploration:
    """What is to be explored, within the settings' bound on bytes."""
    sequences: Any = body.sequences
    if body.count is not None and body.steps is not None:
        sequences = Drawn(body.count, body.steps, body.seed, body.probability or 0.0)
    rules = Rules(body.on_end, body.discount, body.reseed, frozenset(body.include), settings.max_reply_bytes)
    if body.keep is None:
        return Exploration(sequences, rules)
    return Exploration(sequences, rules, body.keep.best or 0, tuple(body.keep.indices or ()))


def origin_of(begin: StateBody | None, reference: Reference, history: History) -> tuple[Reference, Past | None]:
    """The instance, or the checkpoint of it, that futures begin at; and what gives a recorded state, if it is one.

    Raises:
        CheckpointNotFound: it has not the form of an id.
        InvalidValue: the text is no place in a log.
    """
    if begin is None:
        return reference, None
    if begin.checkpoint_id is not None:
        return checkpoint_of(reference, begin.checkpoint_id), None
    return reference, history.past(reference, Place.parse(str(begin.revision)))
