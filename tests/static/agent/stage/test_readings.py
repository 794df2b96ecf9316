"""The numbers beside the picture in a real browser."""

from playwright.sync_api import expect

from tests.servers import Server
from tests.static.browser import Visitor
from tests.static.test_playground import playground, run

STEPS = """
const env = await Env.make("CartPole-v1");
for (let episode = 0; episode < 8; episode++) {
  await env.reset({ seed: 1 });
  while (!(await env.step(1)).terminated);
}
"""

NOTE_WRITINGS = """void (() => {
  globalThis.began = performance.now();
  globalThis.writings = 0;
  const observer = new MutationObserver(() => writings++);
  observer.observe(document.getElementById("reading-total"), { childList: true });
})()"""


def test_a_fast_run_writes_its_numbers_ten_times_a_second_and_the_last_of_them(
    visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    page.evaluate(NOTE_WRITINGS)
    run(page, STEPS)
    expect(page.locator("#console")).to_contain_text("has finished")
    expect(page.locator("#reading-total")).to_have_text("72")
    writings, elapsed_ms = page.evaluate("[writings, performance.now() - began]")
    # Twice a second they are written anyway, so that the rate falls when nothing comes.
    assert writings <= elapsed_ms / 100 + elapsed_ms / 500 + 3
