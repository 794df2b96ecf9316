"""The tools by name: what an agent reads of each, its arguments, and what carries it out."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from shared.errors import InvalidRequest
from shared.mcp import arguments, calls
from shared.mcp.calls import Caller
from shared.mcp.told import Told
from shared.web.bodies.validation import invalid_request

INSTRUCTIONS = """Environments of Gymnasium. `make` one, `reset` it, then `step` until terminated or truncated.
`spaces` says what an action may be; the resource gymnasium://catalog lists what can be made. An instance stays as
it is between calls, however long: name it by its instance_id. Before a risky step, `fork` it or keep a
`checkpoint`; `explore` tells what sequences of actions would come to, without applying them. `close` it when done.
"""


class Tool(NamedTuple):
    """One tool."""

    call: Callable[[Caller, Any], Awaitable[Told]]
    arguments: type[BaseModel]
    description: str
    reads_only: bool = False
    """Whether it changes nothing."""
    destroys: bool = False
    """Whether it takes away what cannot be had again."""

    async def __call__(self, caller: Caller, given: dict[str, Any]) -> Told:
        """Carry it out.

        Raises:
            InvalidRequest: the arguments are not of the declared form.
            GymHTTPError: as `call`.
        """
        try:
            read = self.arguments.model_validate(given)
        except ValidationError as error:
            refused = invalid_request(error)
            raise InvalidRequest(refused.detail.replace("body", "arguments", 1), **refused.evidence) from None
        return await self.call(caller, read)

    @property
    def input_schema(self) -> dict[str, Any]:
        """The arguments as JSON Schema."""
        schema = self.arguments.model_json_schema(by_alias=True)
        schema.pop("title", None)
        schema.pop("description", None)
        return schema


TOOLS: dict[str, Tool] = {
    "make": Tool(
        calls.make,
        arguments.MakeArguments,
        "Create an environment, such as FrozenLake-v1, CartPole-v1 or ALE/Pong-v5, and get its instance_id. Pass "
        "render_mode rgb_array to look at it by `render`, or ansi for text. Reset it before the first step.",
    ),
    "reset": Tool(
        calls.reset,
        arguments.ResetArguments,
        "Begin an episode: its first observation. The same seed gives the same episode.",
    ),
    "step": Tool(
        calls.step,
        arguments.StepArguments,
        "Apply one action: the observation, the reward, and whether the episode has terminated or was truncated; "
        "then reset before the next step. Call `spaces` for what an action may be.",
    ),
    "rollout": Tool(
        calls.rollout,
        arguments.RolloutArguments,
        "Apply many actions in one call, given ones or random ones, all or none. It stops at an episode's end.",
    ),
    "render": Tool(
        calls.render,
        arguments.Named,
        "Look at the environment as it is now: a picture, or a text with render_mode ansi. Needs an environment "
        "that was made with a render_mode.",
    ),
    "spaces": Tool(
        calls.spaces,
        arguments.Asked,
        "The action space and the observation space, and the names of the actions where there are any.",
        reads_only=True,
    ),
    "fork": Tool(
        calls.fork,
        arguments.ForkArguments,
        "Create copies that go on from the current state exactly as this instance would; it is not changed. With "
        "`reseed` their chance differs, with `revision` they go on from that recorded revision.",
    ),
    "checkpoint": Tool(
        calls.checkpoint,
        arguments.CheckpointArguments,
        "Keep the current state, to come back to it with `restore` as often as you like.",
    ),
    "restore": Tool(
        calls.restore,
        arguments.RestoreArguments,
        "Go back to a checkpoint of this instance, or to a recorded `revision`. The same actions then give the "
        "same results.",
    ),
    "explore": Tool(
        calls.explore,
        arguments.ExploreArguments,
        "Try many sequences of actions from the current state, or `from` a checkpoint or a recorded `revision`, "
        "without applying them: the return of each, its steps, and whether it ended. Futures named in `keep` "
        "become instances of their own.",
    ),
    "history": Tool(
        calls.history,
        arguments.Asked,
        "What the instance was made from, its episode, steps and return, where it was forked from, and its "
        "checkpoints.",
        reads_only=True,
    ),
    "close": Tool(
        calls.close,
        arguments.Named,
        "Delete the instance and its checkpoints. Forks stay.",
        destroys=True,
    ),
}
