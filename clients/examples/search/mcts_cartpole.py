"""Monte Carlo tree search keeps CartPole up.

    python mcts_cartpole.py [URL] [--seeds N] [--steps N]

The tree's leaves are evaluated by the environment itself: a batch of sequences, each a path down the tree and then
random actions, is one `explore`. The batch also has the longest future so far with other endings; that is followed
while it lasts. The search knows nothing of CartPole but its two actions and its rewards.
"""

import math
import random

import gymnasium_http
import numpy as np
from seeds import play_all

HORIZON, ENOUGH, ROUNDS, LEAVES, ENDINGS = 100, 80, 10, 10, 20
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


def search(env: gymnasium_http.HTTPEnv, tree: Tree, best: list[int], draw: random.Random) -> list[int]:
    """The longest future that is found; `best` is one that is known."""
    for _ in range(ROUNDS):
        paths = [tree.leaf() for _ in range(LEAVES)]
        # The longest future up to some place, most often near its end, and then otherwise.
        begun = [*paths, *(best[: -int((len(best) + 1) ** draw.random())] for _ in range(ENDINGS))]
        plans = [[*path, *draw.choices((0, 1), k=HORIZON - len(path))] for path in begun]
        futures = env.explore(np.array(plans))
        returns = futures.returns
        for path, value in zip(paths, returns, strict=False):
            tree.learn(path, value / HORIZON)
        longest = returns.argmax()
        if returns[longest] >= len(best):
            best = plans[longest][: int(returns[longest])]
        if len(best) == HORIZON or futures.truncations[longest]:
            break
    return best


def play(url: str, seed: int, most: int) -> float:
    """The return of one episode."""
    env = gymnasium_http.make("CartPole-v1", url=url)
    env.reset(seed=seed)
    draw, tree, total, done = random.Random(seed), Tree(), 0.0, False
    best: list[int] = []
    while not done and total < most:
        if len(best) < ENOUGH:
            best = search(env, tree, best, draw)
        action = best[0] if best else tree.best()
        best = best[1:]
        tree.step(action)
        _, reward, terminated, truncated, _ = env.step(action)
        total, done = total + reward, terminated or truncated
    env.close()
    return total


if __name__ == "__main__":
    play_all("MCTS on CartPole", play, 500)
