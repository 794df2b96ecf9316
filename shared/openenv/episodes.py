"""Instances as OpenEnv's clients see them: episodes that are reset, stepped and asked for their state.

An instance is made at the first reset. Its own name for an episode is `INSTANCE.EPISODE`, from which it is found
again. A client may name an episode itself; over HTTP the instance's id follows from that name.
"""

from functools import partial
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from shared.errors import InstanceNotFound
from shared.openenv.faults import no_episode
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.calls.changed_spaces import telling_spaces
from shared.session.live.environment import LiveEnvironment, Operation
from shared.session.stored.header import Header
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.web.bodies.validation import invalid_request
from shared.web.protocol.dialect import UUID
from shared.web.service.service import Service
from shared.wire.messages.reset import ResetBody
from shared.wire.values import forms

Key = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=255,
        description="A word of the client's for this call: sent again with the same one, it is not applied twice.",
    ),
]
_NONE_YET = "There is no episode yet; reset first, or name one by episode_id or instance_id."


class ResetData(ResetBody):
    """What a client may say at a reset. Other members are another environment's, and ignored."""

    episode_id: str | None = Field(None, max_length=255, examples=["episode-001"])
    key: Key = None


class ActionMetadata(BaseModel):
    """What a client may say about an action."""

    key: Key = None


class ActionData(BaseModel):
    """An action."""

    action: Any = Field(description="A member of the action space, as JSON.", examples=[1])
    metadata: ActionMetadata = ActionMetadata()


def read_reset(data: Any) -> ResetData:
    """A reset's arguments.

    Raises:
        InvalidRequest: they have the wrong form.
    """
    try:
        return ResetData.model_validate(data)
    except ValidationError as error:
        raise invalid_request(error) from None


def read_action(data: Any) -> ActionData:
    """An action.

    Raises:
        InvalidRequest: it has the wrong form.
    """
    try:
        return ActionData.model_validate(data)
    except ValidationError as error:
        raise invalid_request(error) from None


class Episode(NamedTuple):
    """An episode of an instance."""

    reference: Reference
    name: str | None = None
    """The client's own `episode_id`."""

    def id_in(self, header: Header) -> str:
        """Its `episode_id`."""
        return self.name or f"{self.reference.instance_id}.{header.progress.episode}"


class Episodes:
    """The episodes of one owner."""

    def __init__(self, service: Service, owner: str, form: forms.Form = forms.JSON) -> None:
        """`form` is that of what environments return; `JSON_WRITTEN` is for msgspec's encoder alone."""
        self._service = service
        self._owner = owner
        self._encode = partial(_told, form)

    def of_instance(self, instance_id: str, name: str | None = None) -> Episode:
        """The current episode of an instance.

        Raises:
            InstanceNotFound: the id has not the form of one.
        """
        if not UUID.fullmatch(instance_id):
            raise InstanceNotFound
        return Episode(Reference(self._owner, instance_id), name)

    def named(self, env_id: str, episode_id: str) -> Episode:
        """The episode of the given name, over HTTP: an instance's own or the client's."""
        instance_id, _, number = episode_id.partition(".")
        if number.isdecimal() and UUID.fullmatch(instance_id):
            return self.of_instance(instance_id)
        return self.of_instance(self._keyed(f"episode {env_id} {episode_id}").instance_id(0), episode_id)

    async def begin(self, env_id: str, given: ResetData, at: Episode | None = None) -> Episode:
        """Make an instance; the one with the place `at`, if there is none yet, or a new one.

        Raises:
            NotCreatable, NotExact, QuotaExceeded: as at any creation.
        """
        creation, modules = self._service.session.creation, self._service.settings.env_modules
        if at is not None:
            try:
                await self._service.session.snapshots.header(at.reference)
            except InstanceNotFound:
                recipe = Recipe(env_id=env_id)
                instance_id = at.reference.instance_id
                await creation.create(self._owner, recipe, modules, instance_id=instance_id)
            return at
        keyed = None if given.key is None else self._keyed(f"begin {given.key}", env_id.encode())
        instance_id_before = await creation.made_before(self._owner, keyed)
        if instance_id_before is not None:
            return self.of_instance(instance_id_before, given.episode_id)
        header = await creation.create(self._owner, Recipe(env_id=env_id), modules, keyed)
        return self.of_instance(header.instance_id, given.episode_id)

    async def reset(self, episode: Episode, given: ResetData) -> tuple[dict[str, Any], Header]:
        """Begin an episode: the data of OpenEnv's reply, and the header after it.

        Raises:
            InvalidValue: the instance is a vector; nothing was applied.
        """
        operation = telling_spaces(operations.reset(given.seed, given.options))
        return await self._apply(episode, operation, given.key, given)

    async def step(self, episode: Episode | None, given: ActionData) -> tuple[dict[str, Any], Header]:
        """Apply an action: the data of OpenEnv's reply, and the header after it.

        Raises:
            InvalidValue: there is no episode, or the instance is a vector; its code is SESSION_ERROR.
        """
        if episode is None:
            raise no_episode(_NONE_YET)
        return await self._apply(episode, operations.Step(given.action), given.metadata.key, given)

    async def state(self, episode: Episode | None) -> dict[str, Any]:
        """What OpenEnv's clients are told of an episode.

        Raises:
            InvalidValue: there is no episode; its code is SESSION_ERROR.
        """
        if episode is None:
            raise no_episode(_NONE_YET)
        header = await self._service.session.snapshots.header(episode.reference)
        progress = header.progress
        return {
            "episode_id": episode.id_in(header),
            "step_count": progress.steps,
            "instance_id": header.instance_id,
            "env_id": header.recipe.env_id,
            "episode": progress.episode,
            "episode_return": progress.episode_return,
            "revision": header.revision,
        }

    async def end(self, episode: Episode, revision: int | None = None) -> None:
        """Delete the instance; only if it is still at the revision, where one is given.

        Raises:
            InstanceNotFound, StaleRevision: it is gone, or has been called since.
        """
        expected = None if revision is None else frozenset({revision})
        await self._service.session.closing.close(episode.reference, expected, None)

    async def _apply(
        self, episode: Episode, operation: Operation, key: str | None, given: BaseModel
    ) -> tuple[dict[str, Any], Header]:
        keyed = None
        if key is not None:
            sent = given.model_dump_json().encode()
            keyed = self._keyed(f"call {key}", episode.reference.instance_id.encode(), sent)
        outcome = await self._service.session.call(
            InstanceCall(episode.reference, _of_one(operation), self._encode, keyed=keyed)
        )
        header, data = outcome.header, dict(outcome.reply)
        data["metadata"] = {"instance_id": header.instance_id, "episode_id": episode.id_in(header)}
        return data, header

    def _keyed(self, key: str, *sent: bytes) -> Keyed:
        return Keyed.of(self._owner, f"openenv {key}", *sent)


def check_one(header: Header) -> None:
    """Refuse what OpenEnv's protocol has no words for.

    Raises:
        InvalidValue: the instance is a vector.
    """
    if header.recipe.num_envs is not None:
        raise no_episode(
            "This instance is a vector of environments, which OpenEnv's protocol cannot tell; use /v1."
        )


def _of_one(operation: Operation) -> Operation:
    """The operation, which a vector refuses before it is applied."""

    def applied(live: LiveEnvironment) -> Any:
        check_one(live.header)
        return operation(live)

    return applied


def _told(form: forms.Form, result: dict[str, Any]) -> dict[str, Any]:
    """What reset and step returned, as `data` of an observation message.

    Raises:
        InvalidValue: the environment's own flags are several, which OpenEnv has not.
    """
    flags = result.get("terminated", False), result.get("truncated", False)
    if not all(isinstance(flag, bool) for flag in flags):
        raise no_episode("Its agents end one by one, which OpenEnv's protocol cannot tell; use /v1.")
    observed = {**result, "terminated": flags[0], "truncated": flags[1]}
    reward = observed.pop("reward", None)
    return {
        "observation": forms.encode(observed, form),
        "reward": None if reward is None else forms.number(reward),
        "done": any(flags),
    }
