"""Go-Explore's first phase on MountainCar.

    python go_explore_mountaincar.py [URL] [--seeds N] [--rounds N]

It remembers the places where it has been, returns to one that it has seldom set out from, and explores from there.
To return is to have kept a future: an environment that stands there. Rewards are the same everywhere until the
goal is reached, so a search by rewards would learn nothing.
"""

import argparse
import random

import gymnasium_http

COUNT, STEPS = 32, 15


def cell(observation: list[float]) -> tuple[int, int]:
    """A place: position and speed, roughly."""
    return round(observation[0] * 8), round(observation[1] * 150)


def play(url: str, seed: int, rounds: int) -> tuple[int, int | None]:
    """How many places were found, and after how many steps the goal is reached by the way that was found."""
    start = gymnasium_http.make("MountainCar-v0", url=url, max_episode_steps=1000)
    observation, _ = start.reset(seed=seed)
    draw = random.Random(seed)
    places = {cell(observation): (start, 0)}
    departures = dict.fromkeys(places, 0)
    solved = None
    for number in range(rounds):
        place = min(places, key=lambda each: (departures[each], draw.random()))
        departures[place] += 1
        env, walked = places[place]
        drawn = {"policy": "repeat", "probability": 0.9, "count": COUNT, "steps": STEPS, "seed": number}
        futures = env.explore(**drawn, include=["observations", "steps", "terminations"])
        found = {}
        for index, observation in enumerate(futures.observations):
            if futures.terminations[index]:
                solved = min(solved or 1000, walked + int(futures.steps[index]))
            elif cell(observation) not in places:
                found.setdefault(cell(observation), index)
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
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=300)
    given = parser.parse_args()
    for seed in range(given.seeds):
        places, solved = play(given.url, seed, given.rounds)
        end = f"goal after {solved} steps" if solved else "no goal"
        print(f"Go-Explore on MountainCar, seed {seed}: {places} places, {end}")
