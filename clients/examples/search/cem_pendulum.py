"""The cross-entropy method swings Pendulum up.

    python cem_pendulum.py [URL] [--seeds N] [--steps N]

At each step it draws plans from a normal distribution, explores all of them in one call, moves the distribution
to the best of them, and applies the first action. What is left of the plan is where the next step begins.
"""

import gymnasium_http
import numpy as np
from seeds import play_all

HORIZON, PLANS, ELITE, ROUNDS = 15, 32, 4, 2


def plan(env: gymnasium_http.HTTPEnv, mean: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """A plan of HORIZON torques, better than `mean`."""
    spread = np.full(HORIZON, 2.0)
    for _ in range(ROUNDS):
        plans = np.clip(mean + spread * draw.standard_normal((PLANS, HORIZON)), -2, 2)
        plans[0] = mean
        futures = env.explore(plans[..., None].astype(np.float32), include=["returns"])
        elite = plans[np.argsort(futures.returns)[-ELITE:]]
        mean, spread = elite.mean(axis=0), elite.std(axis=0) + 0.05
    return mean


def play(url: str, seed: int, most: int) -> float:
    """The return of one episode."""
    env = gymnasium_http.make("Pendulum-v1", url=url)
    env.reset(seed=seed)
    draw, mean, total = np.random.default_rng(seed), np.zeros(HORIZON), 0.0
    for _ in range(most):
        mean = plan(env, mean, draw)
        _, reward, _, truncated, _ = env.step(mean[:1].astype(np.float32))
        mean = np.append(mean[1:], 0.0)
        total += reward
        if truncated:
            break
    env.close()
    return total


if __name__ == "__main__":
    play_all("CEM on Pendulum", play, 200)
