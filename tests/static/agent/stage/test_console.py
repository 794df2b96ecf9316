"""The playground's console in a real browser."""

from playwright.sync_api import Locator, Page, expect

from tests.servers import Server
from tests.static.browser import Visitor

PRINTS = """
const env = await Env.make("CartPole-v1");
await env.reset({ seed: 42 });
console.log(await env.step(1));
console.log("%s of %d", "one", 2, new Map([["a", new Set([1])]]));
console.group("inner");
console.table([{ name: "<b>x</b>", size: 1 }]);
console.groupEnd();
console.assert(false, "wrong");
console.dir({ a: { b: 1 } });
console.error(new RangeError("far"));
"""

HOSTILE = """
const send = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (message) {
  const table = { columns: ["<img>"], rows: Array(100000).fill(Array(100).fill("<script>")), more: 0 };
  const line = { level: '"><b>', text: "<b>bold</b>".repeat(10000), depth: 1e9 };
  const forged = { kind: "lines", lines: [line, { ...line, table }], dropped: "<b>" };
  send.call(this, message.kind === "lines" ? forged : message);
};
console.log("replaced");
"""


def ran(visitor: Visitor, server: Server, code: str) -> Page:
    page = visitor.open(f"{server.url}/agent.html")
    page.locator("body[data-ready]").wait_for(state="attached")
    page.locator("#editor .cm-content").fill(code)
    page.locator("#run").click()
    expect(page.locator("#console")).to_contain_text("has finished")
    return page


def lines(page: Page, level: str) -> Locator:
    return page.locator(f"#console [data-level={level}]")


def test_it_prints_as_the_consoles_of_browsers_do(visitor: Visitor, pages_server: Server) -> None:
    page = ran(visitor, pages_server, PRINTS)
    logged = lines(page, "log")
    expect(logged.nth(0)).to_contain_text("{observation: [")
    expect(logged.nth(0)).to_contain_text("reward: 1, terminated: false, truncated: false, info: {}}")
    expect(logged.nth(1)).to_have_text('one of 2 Map(1) {"a" => Set(1) {1}}')
    expect(logged.nth(3).locator("td")).to_have_text(["0", "<b>x</b>", "1"])
    indents = logged.evaluate_all("items => items.map(item => parseFloat(getComputedStyle(item).paddingLeft))")
    assert indents[2] == 0 < indents[3]
    expect(logged.nth(4)).to_have_text("{a: {b: 1}}")
    expect(lines(page, "error")).to_have_text(["Assertion failed: wrong", "RangeError: far (line 11)"])


def test_lines_that_a_program_forges_are_bounded_and_text(visitor: Visitor, pages_server: Server) -> None:
    page = ran(visitor, pages_server, HOSTILE)
    place = page.locator("#console")
    assert place.locator("b, img, script").count() == 0
    assert place.locator("tr").count() == 0
    assert place.locator("li").count() <= 3
    assert len(lines(page, "log").first.inner_text()) <= 2000
