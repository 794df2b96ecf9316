"""The chart has a mark for every seed, at the place of its return."""

import re
from xml.etree import ElementTree

from tests.benchmarks.search_chart import chart, returns_in

PRINTED = [
    "MCTS on CartPole: mean return 350.0 over 2 seeds in 9 s: 200 500 (at least 475)",
    "Go-Explore on MountainCar-v0, seed 0: 9 places, goal after 150 steps",
]


def test_what_the_programs_print_is_read() -> None:
    assert returns_in(PRINTED) == {"MCTS on CartPole": [200.0, 500.0]}


def test_each_seed_has_a_mark_beside_random_play() -> None:
    drawn = chart(returns_in(PRINTED))
    ElementTree.fromstring(drawn)
    places = [float(each) for each in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert len(places) == 4
    assert places[2:] == [390.0, 690.0]
    assert "search, mean 350" in drawn
