"""The agents that the playground ships reach what they promise, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.servers import ROOT, Server
from tests.static.browser import Visitor
from tests.static.test_playground import ended, only_closed, output, playground, run, write
from tests.static.waiting import eventually, until

SHORTER = {
    "frozenlake": [("400 && crossed < 20", "400 && crossed < 2"), ("crossed === 20", "crossed === 2")],
    "mountaincar": [("episode <= 3", "episode <= 1")],
    "random": [("episode <= 20", "episode <= 2")],
}
"""What is put in place of an agent's own patience: it learns no more from what it does again and again."""


def shortened(example: str, page: Page) -> None:
    """The example in the editor, which does the same fewer times."""
    program = (ROOT / "static" / "agent" / "examples" / f"{example}.js").read_text()
    for own, fewer in SHORTER[example]:
        assert own in program
        program = program.replace(own, fewer)
    write(page, program)


@pytest.mark.parametrize(
    ("example", "as_shipped", "says"),
    [
        pytest.param("cartpole", True, r"(Episode \d: return 500\s+){2}", marks=pytest.mark.slow),
        pytest.param("frozenlake", True, r"It knows the way\.", marks=pytest.mark.slow),
        ("frozenlake", False, r"It knows the way\."),
        pytest.param(
            "mountaincar", True, r"(Episode \d: at the flag after 1\d\d steps\s+){3}", marks=pytest.mark.slow
        ),
        ("mountaincar", False, r"Episode 1: at the flag after 1\d\d steps"),
        pytest.param(
            "evolution",
            True,
            r"The evolved driver returns 9\d\.\d on a start that it has not seen",
            marks=pytest.mark.slow,
        ),
        pytest.param("random", True, r"Episode 20: return \d+", marks=pytest.mark.slow),
        ("random", False, r"Episode 2: return \d+"),
    ],
)
def test_a_shipped_agent_reaches_its_score(
    example: str, as_shipped: bool, says: str, visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    with only_closed(page, pages_server):
        page.locator("#example").select_option(example)
        if not as_shipped:
            shortened(example, page)
        run(page)
        expect(page.locator("#console")).to_contain_text("has finished")
        ended(page)
        assert re.search(says, output(page)), output(page)
    eventually(page, "Number(document.getElementById('curve').dataset.episodes) >= 1")
    drawn = "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    curve = page.locator("#curve canvas")
    until(page, lambda: curve.evaluate(f"canvas => {drawn}"))
