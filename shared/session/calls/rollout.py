"""Many steps in one call: one load, one save, all or nothing.

Each step is the one that a single call makes, so a rollout leaves what as many calls would. It takes turns with
everything else on its thread.
"""

import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from itertools import islice
from typing import Any, Literal

from shared.errors import GymHTTPError, InvalidValue
from shared.session.calls.actions import Choice
from shared.session.calls.columns import Columns, Flags, Rewards
from shared.session.live.environment import LiveEnvironment, Operation
from shared.snapshot.contract.calls import Reset
from shared.snapshot.contract.returned import has_ended, told_flag
from shared.wire.values.detached import detached

OnEnd = Literal["stop", "reset", "continue"]
SeriesName = Literal["observations", "rewards", "terminations", "truncations", "infos", "actions"]

TURN_S = 0.002
"""Seconds after which other calls have a turn. A step that takes longer is a turn of its own."""


def rollout(choice: Choice, on_end: OnEnd | None, include: Collection[SeriesName], most_bytes: int) -> Operation:
    """Apply the chosen actions one after another, and return what `include` names of each step.

    The operation raises InvalidValue for an `on_end` that the instance cannot have, and once the values take more
    than `most_bytes`; otherwise what a step raises, with the `index` of that step in the evidence.
    """

    def operation(live: LiveEnvironment) -> Generator[None, None, dict[str, Any]]:
        run = _Run(live, _end_of(live, on_end), include, most_bytes)
        yield from run.steps_of(choice(live))
        return run.reply()

    return operation


_SINGLE: Mapping[SeriesName, type[Rewards | Flags]] = {
    "rewards": Rewards,
    "terminations": Flags,
    "truncations": Flags,
}
"""How these are kept for a single environment. A vector gives arrays, which `Columns` keeps."""


class _Run:
    """One rollout under way."""

    def __init__(
        self, live: LiveEnvironment, on_end: OnEnd, include: Collection[SeriesName], most_bytes: int
    ) -> None:
        self._live = live
        self._on_end = on_end
        self._most_bytes = most_bytes
        single = {} if live.vector else _SINGLE
        self._series: dict[SeriesName, Columns | Rewards | Flags] = {
            name: single.get(name, Columns)() for name in include
        }
        self._steps = 0
        self._stopped = False
        self._resets: list[dict[str, Any]] = []

    def steps_of(self, actions: Iterable[Any]) -> Generator[None, None, None]:
        """Apply the actions; yield where other calls may have a turn."""
        live = self._live
        if live.counter.ended and live.header.recipe.autoreset == "Disabled":
            self._end()
        steps, remaining = self._stepper(), iter(actions)
        in_a_turn, goes_on = 1, not self._stopped
        try:
            while goes_on:
                before, began = self._steps, time.perf_counter()
                goes_on = steps(islice(remaining, in_a_turn)) and self._steps - before == in_a_turn
                took = time.perf_counter() - began
                live.seconds += took
                live.calls = max(1, self._steps)
                if live.recorder is not None:
                    live.recorder.mark(live.seconds, live.subject, live.counter.progress)
                self._check_size()
                in_a_turn = max(1, min(4 * in_a_turn, int(in_a_turn * TURN_S / took)))
                yield
        except GymHTTPError as error:
            error.evidence.setdefault("index", self._steps)
            raise

    def reply(self) -> dict[str, Any]:
        """The result of the rollout."""
        joined: dict[str, Any] = {
            name: series.joined(self._steps) if isinstance(series, Flags) else series.joined()
            for name, series in self._series.items()
        }
        return {"steps": self._steps, **joined, "resets": self._resets}

    def _stepper(self) -> Callable[[Iterable[Any]], bool]:
        """A function that applies actions, and returns whether more may follow.

        Names are looked up here, once for 10,000 steps.
        """
        step, vector = self._live.step, self._live.vector
        keep: dict[str, Callable[[Any], None]] = {
            name: series.append for name, series in self._series.items() if not isinstance(series, Flags)
        }
        observed, rewarded, informed = keep.get("observations"), keep.get("rewards"), keep.get("infos")
        terminal, truncating, acted = keep.get("terminations"), keep.get("truncations"), keep.get("actions")

        def steps(actions: Iterable[Any]) -> bool:
            for action in actions:
                if acted:
                    acted(action)
                observation, reward, terminated, truncated, info = step(action)
                self._steps += 1
                if observed:
                    observed(observation)
                if rewarded:
                    rewarded(reward)
                if informed:
                    informed(info)
                if vector:
                    if terminal:
                        terminal(terminated)
                    if truncating:
                        truncating(truncated)
                elif terminated is not False or truncated is not False:
                    self._note_flags(terminated, truncated)
                    if has_ended(terminated, truncated):
                        self._end()
                        if self._stopped:
                            return False
            return True

        return steps

    def _note_flags(self, terminated: Any, truncated: Any) -> None:
        """Keep the flags of a single environment's last step, where they are not False."""
        flags: tuple[tuple[SeriesName, Any], ...] = (
            ("terminations", told_flag("terminated", terminated)),
            ("truncations", told_flag("truncated", truncated)),
        )
        for name, flag in flags:
            kept = self._series.get(name)
            if isinstance(kept, Flags) and flag is not False:
                kept.note(self._steps - 1, flag)

    def _end(self) -> None:
        """Do what follows the end of an episode: stop, reset, or nothing."""
        self._stopped = self._on_end == "stop"
        if self._on_end == "reset":
            observation, info = self._live.apply(Reset())
            self._resets.append(
                {"index": self._steps, "observation": detached(observation), "info": detached(info)}
            )

    def _check_size(self) -> None:
        if sum(series.size for series in self._series.values()) > self._most_bytes:
            raise InvalidValue(
                f"After {self._steps} steps the values take over {self._most_bytes} bytes "
                "(GYM_HTTP_MAX_REPLY_BYTES); ask for fewer steps, or `include` less.",
                limit=self._most_bytes,
            )


def _end_of(live: LiveEnvironment, asked: OnEnd | None) -> OnEnd:
    """What follows the end of an episode of this instance.

    Raises:
        InvalidValue: what was asked for cannot follow.
    """
    if live.vector:
        if asked not in (None, "continue"):
            raise InvalidValue(
                f"on_end is {asked!r}, and the instance is a vector, whose episodes end one by one; leave it out, "
                "and choose an `autoreset` at creation."
            )
        return "continue"
    autoreset = live.header.recipe.autoreset
    if asked == "reset" and autoreset != "Disabled":
        raise InvalidValue(f'on_end is "reset", and the instance resets itself ({autoreset}); send "continue".')
    return asked or "stop"
