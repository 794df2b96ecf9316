"""Go-Explore's first phase on MountainCar, or on a MiniGrid with a key, a door and a goal.

    python go_explore.py [URL] [--env MountainCar-v0] [--seeds N] [--rounds N]

It remembers the places where it has been, returns to one that it has seldom set out from, and explores from there.
To return is to have kept a future: an environment that stands there. Rewards are the same everywhere until the
goal is reached, so a search by rewards would learn nothing. For the MiniGrid the server needs
`GYM_HTTP_ENV_MODULES=minigrid`.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import gymnasium_http

COUNT, STEPS = 32, 15


class Searched(NamedTuple):
    """What is searched: what tells places apart, and how probable it is that an action is taken again."""

    place: Callable[[Any], Any]
    probability: float
    wrappers: Sequence[Any] = ()


WITHOUT_THE_MISSION = {"name": "FilterObservation", "kwargs": {"filter_keys": ["image", "direction"]}}
ENVS = {
    "MountainCar-v0": Searched(lambda seen: (round(seen[0] * 8), round(seen[1] * 150)), 0.9),
    "MiniGrid-DoorKey-5x5-v0": Searched(
        lambda seen: (seen["image"].tobytes(), int(seen["direction"])), 0.2, [WITHOUT_THE_MISSION]
    ),
}


def play(url: str, env_id: str, seed: int, rounds: int) -> tuple[int, int | None]:
    """How many places were found, and after how many steps the goal is reached by the way that was found."""
    place, probability, wrappers = ENVS[env_id]
    # A server tries a kind of environment that it does not know at its first creation.
    start = gymnasium_http.make(env_id, url=url, max_episode_steps=1000, wrappers=wrappers, timeout=150)
    observation, _ = start.reset(seed=seed)
    draw = random.Random(seed)
    places = {place(observation): (start, 0)}
    departures = dict.fromkeys(places, 0)
    solved = None
    for number in range(rounds):
        here = min(places, key=lambda each: (departures[each], draw.random()))
        departures[here] += 1
        env, walked = places[here]
        drawn = {"policy": "repeat", "probability": probability, "count": COUNT, "steps": STEPS, "seed": number}
        futures = env.explore(**drawn, include=["observations", "steps", "terminations"])
        found = {}
        for index, observation in enumerate(futures.observations):
            if futures.terminations[index]:
                solved = min(solved or 1000, walked + int(futures.steps[index]))
            elif place(observation) not in places:
                found.setdefault(place(observation), index)
        if solved is not None:
            break
        if found:
            kept = env.explore(**drawn, keep=[*found.values()]).kept
            for new, index in found.items():
                places[new], departures[new] = (kept[index], walked + STEPS), 0
    for env, _ in places.values():
        env.close()
    return len(places), solved


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:5000")
    parser.add_argument("--env", choices=ENVS, default="MountainCar-v0")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=300)
    given = parser.parse_args()
    for seed in range(given.seeds):
        places, solved = play(given.url, given.env, seed, given.rounds)
        end = f"goal after {solved} steps" if solved else "no goal"
        print(f"Go-Explore on {given.env}, seed {seed}: {places} places, {end}")
