"""The transitions of one episode as columns, gathered while its calls are made again."""

from typing import Any, NamedTuple

from gymnasium.vector.utils import iterate

from shared.errors import InvalidValue
from shared.session.calls.columns import Columns, Flags, Rewards
from shared.session.history.replay import Made
from shared.session.live.environment import LiveEnvironment
from shared.session.record.entries import Kind
from shared.session.record.episodes import Episode
from shared.snapshot.contract.returned import has_ended, told_flag


class Wanted(NamedTuple):
    """Which of an episode's transitions, and what of them."""

    env: int = 0
    begin: int = 0
    """The first observation is that after so many steps."""
    end: int | None = None
    """The last one is that after so many; None for all."""
    infos: bool = False
    most_bytes: int = 1 << 24

    def check(self, episode: Episode) -> None:
        """Check that the episode has such transitions.

        Raises:
            InvalidValue: it does not.
        """
        if not self.begin <= (episode.steps if self.end is None else self.end) <= episode.steps:
            raise InvalidValue(
                f"from is {self.begin} and to is {self.end}; send two of 0 to {episode.steps} in their order, "
                "or leave them out.",
                steps=episode.steps,
            )


class Transitions:
    """The columns of an episode: `observations` and `infos` have one more than there are transitions."""

    def __init__(self, live: LiveEnvironment, episode: Episode, wanted: Wanted) -> None:
        self._env, self._vector = live.env, live.vector
        self._same_step = live.header.recipe.autoreset == "SameStep"
        self._wanted = wanted
        self._begun = episode.start == "reset"
        self._steps = 0
        self._observations, self._infos = Columns(), Columns()
        self._actions, self._rewards = Columns(), Rewards()
        self._terminations, self._truncations = Flags(), Flags()
        self._count = 0

    @property
    def complete(self) -> bool:
        """Whether all that is wanted is there."""
        return self._wanted.end is not None and self._steps >= self._wanted.end

    def begin(self, returned: Any) -> None:
        """Take what the reset returned, or the step that did one."""
        if returned is None:
            return
        observation, info = (returned[0], returned[-1]) if isinstance(returned, tuple) else (returned, {})
        self._observe(self._of_env(observation), self._info(info))

    def add(self, made: Made, returned: Any) -> None:
        """Take what a call of the episode returned.

        Raises:
            InvalidValue: all of it would take more bytes than a reply may have.
        """
        if made.recorded.kind > Kind.DRAWN_STEP or self.complete:
            return
        observation, reward, terminated, truncated, info = returned
        if self._vector:
            env = self._wanted.env
            reward, terminated, truncated = float(reward[env]), bool(terminated[env]), bool(truncated[env])
        over = self._same_step and has_ended(terminated, truncated)
        if self._vector:
            seen = info["final_obs"][self._wanted.env] if over else self._of_env(observation)
            told = self._info(info.get("final_info", {}) if over else info)
        else:
            seen, told = (info["final_obs"], info["final_info"]) if over else (observation, info)
        if not self._begun:
            # What came before the first recorded step of an episode that began elsewhere, nobody has seen.
            self._begun = True
            self._observe(seen, told)
            return
        self._steps += 1
        if self._wanted.begin < self._steps:
            self._actions.append(self._action(made.recorded.argument))
            self._rewards.append(reward)
            for flags, name, flag in (
                (self._terminations, "terminated", terminated),
                (self._truncations, "truncated", truncated),
            ):
                if told_flag(name, flag) is not False:
                    flags.note(self._count, told_flag(name, flag))
            self._count += 1
        self._observe(seen, told)

    def joined(self) -> dict[str, Any]:
        """The columns: arrays over the transitions where possible, else lists."""
        columns = {
            "observations": self._observations.joined(),
            "actions": self._actions.joined(),
            "rewards": self._rewards.joined(),
            "terminations": self._terminations.joined(self._count),
            "truncations": self._truncations.joined(self._count),
        }
        return columns | ({"infos": self._infos.joined()} if self._wanted.infos else {})

    def _observe(self, observation: Any, info: Any) -> None:
        if self._steps < self._wanted.begin:
            return
        self._observations.append(observation)
        if self._wanted.infos:
            self._infos.append(info)
        size = self._observations.size + self._infos.size + self._actions.size + self._rewards.size
        if size > self._wanted.most_bytes:
            raise InvalidValue(
                f"After {self._steps} steps the episode takes over {self._wanted.most_bytes} bytes "
                "(GYM_HTTP_MAX_REPLY_BYTES); ask for a part of it by ?from= and ?to=, such as "
                f"?from={self._wanted.begin}&to={max(self._steps - 1, self._wanted.begin)}.",
                limit=self._wanted.most_bytes,
            )

    def _of_env(self, observation: Any) -> Any:
        return (
            [*iterate(self._env.observation_space, observation)][self._wanted.env] if self._vector else observation
        )

    def _action(self, action: Any) -> Any:
        return [*iterate(self._env.action_space, action)][self._wanted.env] if self._vector else action

    def _info(self, info: Any) -> Any:
        return info_of(info, self._wanted.env) if self._vector and self._wanted.infos else info


def info_of(info: dict[str, Any], env: int) -> dict[str, Any]:
    """The info of one environment in that of its vector, where `_NAME` says which environments have NAME."""
    found = {}
    for name, value in info.items():
        has = info.get(f"_{name}")
        if has is not None and has[env]:
            found[name] = info_of(value, env) if isinstance(value, dict) else value[env]
    return found
