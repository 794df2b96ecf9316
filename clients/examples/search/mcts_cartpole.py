"""Monte Carlo tree search keeps CartPole up.

    python mcts_cartpole.py [URL] [--seeds N] [--steps N]

The tree's leaves are evaluated by the environment itself: a batch of sequences, each a path down the tree and then
random actions, is one `explore`. The batch also has parts of the longest future so far with other endings. The
search knows nothing of CartPole but its two actions and its rewards.
"""

import argparse
import math
import random
import time

import gymnasium_http

HORIZON, BATCH, ROUNDS = 150, 30, 1
Path = tuple[int, ...]


class Tree:
    """How often each path from the root was taken, and the sum of the returns that followed."""

    def __init__(self) -> None:
        self.visits: dict[Path, int] = {(): 0}
        self.sums: dict[Path, float] = {(): 0.0}

    def leaf(self) -> Path:
        """The next path to try: down the best children by UCB1 to one that is new."""
        path: Path = ()
        while path in self.visits and len(path) < HORIZON:
            path = max(((*path, action) for action in (0, 1)), key=lambda child: self._bound(path, child))
        for depth in range(len(path) + 1):  # counted at once, so that a batch spreads
            self.visits[path[:depth]] = self.visits.get(path[:depth], 0) + 1
            self.sums.setdefault(path[:depth], 0.0)
        return path

    def learn(self, path: Path, value: float) -> None:
        """Add what followed a path."""
        for depth in range(len(path) + 1):
            self.sums[path[:depth]] += value

    def best(self) -> int:
        """The action at the root that was taken most often."""
        return max((0, 1), key=lambda action: self.visits.get((action,), 0))

    def step(self, action: int) -> None:
        """Make the action's child the root."""
        for table in (self.visits, self.sums):
            kept = {path[1:]: value for path, value in table.items() if path[:1] == (action,)}
            table.clear()
            table.update(kept or {(): 0})  # type: ignore[arg-type]

    def _bound(self, parent: Path, child: Path) -> float:
        visits = self.visits.get(child, 0)
        if not visits:
            return math.inf
        return self.sums[child] / visits + 0.2 * math.sqrt(math.log(self.visits[parent]) / visits)


def play(url: str, seed: int, most: int) -> float:
    """The return of one episode."""
    env = gymnasium_http.make("CartPole-v1", url=url)
    env.reset(seed=seed)
    draw, tree, total, done = random.Random(seed), Tree(), 0.0, False
    best: list[int] = []  # the longest future found so far: the environment is deterministic, so it can be had
    while not done and total < most:
        for _ in range(ROUNDS):
            paths = [tree.leaf() for _ in range(BATCH)]
            begun = [*paths, *(best[: draw.randrange(len(best) + 1)] for _ in range(BATCH))]
            plans = [[*path, *(draw.randrange(2) for _ in range(HORIZON - len(path)))] for path in begun]
            returns = env.explore(plans, include=["returns"]).returns
            for path, value in zip(paths, returns, strict=False):
                tree.learn(path, value / HORIZON)
            longest = int(returns.argmax())
            if returns[longest] >= len(best):
                best = plans[longest][: int(returns[longest])]
        action = best[0] if len(best) > 1 else tree.best()
        best = best[1:] if best[:1] == [action] else []
        tree.step(action)
        _, reward, terminated, truncated, _ = env.step(action)
        total, done = total + reward, terminated or truncated
    env.close()
    return total


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:5000")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=500)
    given = parser.parse_args()
    began = time.monotonic()
    returns = [play(given.url, seed, given.steps) for seed in range(given.seeds)]
    seconds = (time.monotonic() - began) / given.seeds
    mean = sum(returns) / len(returns)
    print(f"MCTS on CartPole: mean return {mean:.1f} over {given.seeds} seeds, {seconds:.0f} s each")
