"""The agents that the playground ships reach what they promise, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.servers import Server
from tests.static.browser import Visitor
from tests.static.test_playground import ended, only_closed, output, playground, run
from tests.static.waiting import eventually, until


@pytest.mark.parametrize(
    ("example", "says"),
    [
        pytest.param(
            "cartpole",
            r"(Episode \d: return 500\s+){2}",
            marks=pytest.mark.slow,  # it steps a thousand times and draws each
        ),
        ("frozenlake", r"It knows the way\."),
        ("mountaincar", r"(Episode \d: at the flag after 1\d\d steps\s+){3}"),
        pytest.param(
            "evolution",
            r"The evolved driver returns 9\d\.\d on a start that it has not seen",
            marks=pytest.mark.slow,  # it drives some thousand episodes
        ),
        ("random", r"Episode 20: return \d+"),
    ],
)
def test_a_shipped_agent_reaches_its_score(
    example: str, says: str, visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    with only_closed(page, pages_server):
        page.locator("#example").select_option(example)
        run(page)
        expect(page.locator("#console")).to_contain_text("has finished")
        ended(page)
        assert re.search(says, output(page)), output(page)
    eventually(page, "Number(document.getElementById('curve').dataset.episodes) >= 2")
    drawn = "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    curve = page.locator("#curve canvas")
    until(page, lambda: curve.evaluate(f"canvas => {drawn}"))
