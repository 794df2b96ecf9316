"""The playground in a real browser, against a real server."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Route, Worker, expect

from tests.servers import Server, uvicorn
from tests.static.browser import Visitor
from tests.static.waiting import eventually, until


def playground(visitor: Visitor, url: str, rest: str = "") -> Page:
    page = visitor.open(f"{url}/agent.html{rest}")
    page.locator("body[data-ready]").wait_for(state="attached")
    return page


def write(page: Page, program: str) -> None:
    page.locator("#editor .cm-content").fill(program)


def code(page: Page) -> str:
    lines: list[str] = page.locator("#editor .cm-line").all_inner_texts()
    return "\n".join(line.rstrip("\n") for line in lines)


def run(page: Page, program: str | None = None, *, every: str = "0") -> None:
    if program is not None:
        write(page, program)
    page.locator("#every").select_option(every)
    page.locator("#run").click()


def tap(page: Page, code: str) -> None:
    """Press a key of the game for one step: a key that is held goes on, and a busy machine holds it for long."""
    page.locator("#screen").evaluate(
        "(screen, code) => ['keydown', 'keyup'].map("
        "(type) => screen.dispatchEvent(new KeyboardEvent(type, { code, cancelable: true })))",
        code,
    )


def number(reading: str) -> str:
    return f"Number(document.getElementById('{reading}').textContent)"


def ended(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("Ready")


def output(page: Page) -> str:
    return page.locator("#console").inner_text()


def instances(server: Server) -> dict[str, str]:
    found: dict[str, str] = server.send("GET", "/v1/envs/").json
    return found


@contextmanager
def only_closed(page: Page, server: Server) -> Iterator[None]:
    """What a block makes is closed soon after it; an earlier page may be closing its own meanwhile."""
    before = set(instances(server))
    yield
    until(page, lambda: set(instances(server)) <= before)


def test_one_click_moves_frames_and_shows_the_numbers(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    page.locator("#run").click()
    eventually(page, "Number(document.getElementById('picture').dataset.frames) > 5")
    eventually(page, f"{number('reading-step')} > 5")
    expect(page.locator("#reading-action")).to_have_text(re.compile(r"^push (left|right) \([01]\)$"))
    expect(page.locator("#reading-observation")).to_have_text(re.compile(r"^[^,]+(,[^,]+){3}$"))
    page.locator("#stop").click()
    ended(page)


FOR_EVER = """
const env = await Env.make("CartPole-v1");
await env.reset({ seed: 42 });
for (;;) {
  const { terminated } = await env.step(env.actionSpace.sample());
  if (terminated) await env.reset();
}
"""

PREDECESSORS = """
const env = await Env.make("CartPole-v1");

let state = await env.reset();
let observation = state.observation;

let episodeOver = false;
let totalReward = 0;

while (!episodeOver && totalReward < 20) {
  const [position, velocity, angle, angVelocity] = observation;
  const action = (angle + angVelocity < 0) ? 0 : 1;
  const state = await env.step(action);
  observation = state.observation;

  draw(await env.render());
  totalReward += state.reward;
  episodeOver = state.terminated || state.truncated;
}

await env.close();
console.log(`Episode finished! Total reward: ${totalReward}`);
"""


def test_the_sample_agent_of_gymnasium_http_api_runs_as_it_is(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    run(page, PREDECESSORS)
    expect(page.locator("#console")).to_contain_text("Total reward: 20")
    eventually(page, "Number(document.getElementById('picture').dataset.frames) >= 1")


def test_an_exception_is_shown_on_its_line(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    run(page, "function act() {\n  return missing + 1;\n}\nconsole.log('before');\nact();\n")
    error = page.locator("#console [data-level=error]")
    expect(error).to_contain_text("ReferenceError: missing is not defined")
    expect(error.get_by_role("button")).to_have_text("line 2")
    wrong = page.locator("#editor .cm-wrong")
    expect(wrong).to_have_text("  return missing + 1;")
    expect(wrong).to_have_attribute("title", "ReferenceError: missing is not defined")
    assert "before" in output(page)
    ended(page)
    page.locator("#editor .cm-content").press("Control+Home")
    page.keyboard.type("// above\n")
    expect(wrong).to_have_text("  return missing + 1;")
    run(page, "console.log('right');")
    expect(page.locator("#console")).to_contain_text("right")
    expect(wrong).to_have_count(0)


def test_errors_of_syntax_and_of_the_server_are_shown_on_their_lines(
    visitor: Visitor, pages_server: Server
) -> None:
    visitor.expected.append("422")
    page = playground(visitor, pages_server.url)
    error = page.locator("#console [data-level=error]")
    run(page, "let a = 1;\nlet b = 2;\nlet a = 3;\n")
    expect(error).to_contain_text("Identifier 'a' has already been declared")
    expect(error.get_by_role("button")).to_have_text("line 3")
    ended(page)
    run(page, 'const env = await Env.make("CartPole-v1");\n\nawait env.reset();\nawait env.step(7);\n')
    expect(error).to_contain_text("InvalidAction: ")
    expect(error.get_by_role("button")).to_have_text("line 4")


def test_an_endless_loop_is_stopped_and_the_next_run_works(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    with only_closed(page, pages_server):
        run(page, 'const env = await Env.make("CartPole-v1");\nconsole.log("made");\nwhile (true);\n')
        expect(page.locator("#console")).to_contain_text("made")
        page.locator("#stop").click()
        ended(page)
        run(page, 'console.log("again");\n')
        expect(page.locator("#console")).to_contain_text("again")
        ended(page)


def test_an_agent_that_is_stopped_before_it_began_never_begins(newcomer: Visitor, pages_server: Server) -> None:
    page = playground(newcomer, pages_server.url)
    held: list[Route] = []
    page.route("**/agent/run/sandbox.html", lambda route: held.append(route))
    begun: list[Worker] = []
    page.on("worker", lambda worker: begun.append(worker))
    run(page, "while (true);\n")
    until(page, lambda: held)
    page.locator("#stop").click()
    ended(page)
    for route in held:
        route.continue_()
    run(page, 'console.log("again");\n')
    expect(page.locator("#console")).to_contain_text("again")
    ended(page)
    assert len(begun) == 1


def test_a_flood_of_lines_leaves_the_page_usable(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    run(page, "for (let i = 0; ; i++) console.log(i);\n")
    expect(page.locator("#console")).to_contain_text("more lines are not shown")
    page.locator("#stop").click()
    ended(page)
    assert page.locator("#console li").count() <= 1000


def test_an_agent_is_paused_made_to_step_once_and_resumed(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    write(page, FOR_EVER)
    step = page.locator("#reading-total")
    for count in ("1", "2", "3"):
        page.locator("#step").click()
        expect(step).to_have_text(count)
    expect(page.locator("#state")).to_have_text("Paused")
    page.locator("#pause").click()
    eventually(page, f"{number('reading-total')} > 10")
    page.locator("#stop").click()
    ended(page)


def test_a_share_link_restores_the_agent_and_does_not_run_it(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(page, 'console.log("shared ✓");\n')
    page.locator("#every").select_option("50")
    page.locator("#share").click()
    expect(page.locator("#said")).to_contain_text("copied")
    before = instances(pages_server)
    other = visitor.open(page.evaluate("navigator.clipboard.readText()"))
    other.locator("body[data-ready]").wait_for(state="attached")
    expect(other.locator("#unread")).to_contain_text("Read it before you run it")
    expect(other.locator("#editor .cm-content")).to_contain_text("shared ✓")
    expect(other.locator("#every")).to_have_value("50")
    assert output(other) == ""
    assert instances(pages_server) == before
    other.locator("#run").click()
    expect(other.locator("#console")).to_contain_text("shared ✓")


def test_a_damaged_or_inflated_link_is_refused(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url, "#1.notdeflated")
    expect(page.locator("#said")).to_contain_text("damaged")
    expect(page.locator("#editor .cm-content")).to_contain_text("Balances to 500")
    bomb = page.evaluate(
        """async () => {
            const zeros = new Blob([new Uint8Array(50_000_000)]).stream();
            const deflated = zeros.pipeThrough(new CompressionStream("deflate-raw"));
            const small = await new Response(deflated).arrayBuffer();
            const text = Array.from(new Uint8Array(small), (byte) => String.fromCharCode(byte)).join("");
            return btoa(text).replaceAll("+", "-").replaceAll("/", "_");
        }"""
    )
    inflated = playground(visitor, pages_server.url, f"#1.{bomb}")
    expect(inflated.locator("#said")).to_contain_text("damaged")


def test_keys_move_the_environment(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    with only_closed(page, pages_server):
        page.locator("#environment").fill("frozenlake8")
        page.keyboard.press("Enter")
        expect(page.locator("#env-actions")).to_have_text("0 left · 1 down · 2 right · 3 up")
        page.locator("#play").click()
        expect(page.locator("#screen")).to_be_focused()
        expect(page.locator("#legend")).to_contain_text("← left")
        expect(page.locator("#reading-step")).to_have_text("0")
        tap(page, "ArrowRight")
        expect(page.locator("#reading-action")).to_have_text("right (2)")
        expect(page.locator("#reading-step")).to_have_text("1")
        page.keyboard.press("KeyS")
        expect(page.locator("#reading-action")).to_have_text("down (1)")
        page.keyboard.press("Escape")
        expect(page.locator("#play")).to_have_text("Play with the keyboard")


def test_keys_held_together_are_one_action(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    page.locator("#environment").fill("LunarLanderContinuous")
    page.keyboard.press("Enter")
    page.locator("#play").click()
    expect(page.locator("#screen")).to_be_focused()
    expect(page.locator("#legend")).to_contain_text("↑ fire main engine")
    page.keyboard.down("KeyW")
    page.keyboard.down("ArrowLeft")
    expect(page.locator("#reading-action")).to_have_text("[1, \u22121]")
    page.keyboard.up("KeyW")
    expect(page.locator("#reading-action")).to_have_text("[0, \u22121]")
    page.keyboard.press("Escape")
    expect(page.locator("#play")).to_have_text("Play with the keyboard")


def test_somebodys_environment_is_played_by_digits_and_seen_as_text(visitor: Visitor, tmp_path: Path) -> None:
    store, modules = f"sqlite:///{tmp_path}/snapshots.db", "tests.shared.snapshot.foreign"
    with uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_ENV_MODULES=modules) as server:
        page = playground(visitor, server.url)
        page.locator("#environment").fill("ForeignWalk")
        page.keyboard.press("Enter")
        page.locator("#play").click()
        expect(page.locator("#screen")).to_be_focused()
        page.keyboard.press("Digit2")
        expect(page.locator("#reading-action")).to_have_text("2")
        expect(page.locator("#picture-text")).to_contain_text(re.compile(r"at \d+"))
        page.keyboard.press("Escape")
        ended(page)
        page.close()


def test_a_state_is_kept_gone_back_to_and_forked(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    page.locator("#play").click()
    expect(page.locator("#screen")).to_be_focused()
    tap(page, "ArrowRight")
    expect(page.locator("#reading-step")).to_have_text("1")
    kept = page.locator("#reading-observation").inner_text()
    page.locator("#keep").click()
    expect(page.locator("#checkpoints")).to_contain_text("step 1")
    page.locator("#screen").focus()
    tap(page, "ArrowRight")
    expect(page.locator("#reading-step")).to_have_text("2")
    page.locator("#go-back").click()
    expect(page.locator("#reading-step")).to_have_text("1")
    page.locator("#fork").click()
    link = page.locator("#console a")
    forked = visitor.open(str(link.get_attribute("href")))
    forked.locator("body[data-ready]").wait_for(state="attached")
    expect(forked.locator("#reading-step")).to_have_text("1")
    forked.locator("#play").click()
    expect(forked.locator("#screen")).to_be_focused()
    tap(forked, "ArrowLeft")
    expect(forked.locator("#reading-step")).to_have_text("2")
    assert kept


def test_an_instance_that_exists_is_continued_and_not_closed(visitor: Visitor, pages_server: Server) -> None:
    made = pages_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1", "render_mode": "rgb_array"}')
    instance = made.json["instance_id"]
    page = playground(visitor, pages_server.url, f"?instance={instance}")
    program = code(page)
    assert "i < 200" in program
    run(page, program.replace("i < 200", "i < 20"))
    expect(page.locator("#console")).to_contain_text("has finished")
    ended(page)
    record = pages_server.send("GET", f"/v1/envs/{instance}/").json
    assert record["revision"] > 20


def test_an_agent_reaches_no_environment_of_others(visitor: Visitor, pages_server: Server) -> None:
    made = pages_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1"}').json["instance_id"]
    page = playground(visitor, pages_server.url)
    run(page, f'const env = await Env.attach("{made}");\nawait env.close();\n')
    expect(page.locator("#console [data-level=error]")).to_contain_text(
        "reaches only the environments that it made"
    )
    run(page, 'console.log("goes past the client");\nawait fetch("/v1/envs/");\n')
    expect(page.locator("#console")).to_contain_text("goes past the client")
    expect(page.locator("#console [data-level=error]")).to_have_count(1)
    assert made in instances(pages_server)


def test_an_agent_that_asks_for_messagepack_is_refused_and_leaves_nothing_behind(
    visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    for header in ("Accept", "Content-Type"):
        with only_closed(page, pages_server):
            raw = f"""
              const {{ fetch, url }} = (await Env.make("CartPole-v1")).connection;
              const reply = await fetch(url + "/v1/envs/", {{
                method: "POST",
                body: '{{"env_id": "CartPole-v1"}}',
                headers: {{ "{header}": "application/msgpack" }},
              }});
              console.log(reply.status + " " + (await reply.json()).detail);
            """
            run(page, raw)
            refused = page.locator("#console [data-level=log]")
            expect(refused).to_have_text(re.compile(rf"(406|415) .*are JSON here; leave out .*{header}"))
            ended(page)


def test_what_is_made_while_the_agent_is_stopped_is_closed(visitor: Visitor, pages_server: Server) -> None:
    """Kept futures and forks, whose replies come after the stop."""
    page = playground(visitor, pages_server.url)
    with only_closed(page, pages_server):
        held: list[Route] = []
        page.route(re.compile("/(fork|explore)/$"), lambda route: held.append(route))
        run(
            page,
            """
            const env = await Env.make("CartPole-v1");
            await env.reset();
            void env.fork({ count: 2 });
            await env.explore([[0, 1], [1, 1]], { keep: { best: 1 } });
            """,
        )
        until(page, lambda: len(held) == 2)
        replies = [route.fetch() for route in held]
        page.locator("#stop").click()
        ended(page)
        made = set(instances(pages_server))
        assert len(made) >= 3
        for route, reply in zip(held, replies, strict=True):
            route.fulfill(response=reply)


def test_leaving_the_page_closes_what_the_agent_made(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    with only_closed(visitor.new_tab(), pages_server):
        run(page, 'await Env.make("CartPole-v1");\nconsole.log("made");\nwhile (true);\n')
        expect(page.locator("#console")).to_contain_text("made")
        page.close(run_before_unload=False)


def test_a_restart_of_the_server_is_survived(visitor: Visitor, tmp_path: Path) -> None:
    store = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db"}
    visitor.expected.append("net::ERR_")
    with uvicorn(**store) as server:
        port = server.url.rpartition(":")[2]
        page = playground(visitor, server.url)
        run(page, FOR_EVER)
        eventually(page, f"{number('reading-total')} > 20")
        server.kill()
        expect(page.locator("#said")).to_contain_text("does not answer")
    with uvicorn(options=("--port", port), **store):
        counted = int(page.locator("#reading-total").inner_text())
        eventually(page, f"{number('reading-total')} > {counted + 20}")
        assert page.locator("#console [data-level=error]").count() == 0
        page.locator("#stop").click()
        ended(page)
        page.close()


def test_the_pages_work_from_a_bucket_on_another_origin(
    visitor: Visitor, pages_server: Server, other_origin: str
) -> None:
    page = visitor.open(f"{other_origin}/agent.html?api={pages_server.url}")
    page.get_by_role("button", name="Use it").click()
    page.locator("body[data-ready]").wait_for(state="attached")
    with only_closed(page, pages_server):
        run(page, PREDECESSORS)
        expect(page.locator("#console")).to_contain_text("Total reward: 20")
        ended(page)


def test_a_key_is_asked_for_kept_for_its_service_and_not_told_to_the_agent(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.expected.append("401")
    keyed = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db", "GYM_HTTP_API_KEYS": "me:open-sesame"}
    with uvicorn(**keyed) as server:
        page = visitor.open(f"{server.url}/agent.html")
        page.get_by_label("API key", exact=True).fill("open-sesame")
        page.get_by_role("button", name="Use this key").click()
        page.locator("body[data-ready]").wait_for(state="attached")
        listing = """
          const env = await Env.make("CartPole-v1");
          await env.reset();
          console.log(JSON.stringify(env.connection.headers));
        """
        run(page, listing)
        expect(page.locator("#console")).to_contain_text('{"Content-Type":')
        assert "sesame" not in output(page)
        ended(page)
        kept = page.evaluate("localStorage.getItem('gym-http.keys')")
        assert json.loads(kept) == {server.url: "open-sesame"}
        page.close()


def test_looking_ahead_tells_what_each_action_would_come_to(visitor: Visitor, pages_server: Server) -> None:
    created = pages_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1"}').json["instance_id"]
    pages_server.send("POST", f"/v1/envs/{created}/reset/", b'{"seed": 1}')
    before = pages_server.send("GET", f"/v1/envs/{created}/").content
    page = playground(visitor, pages_server.url, f"?instance={created}")
    page.locator("#ahead").click()
    expect(page.locator("#futures meter")).to_have_count(2)
    expect(page.locator("#futures")).to_contain_text("push left: ")
    expect(page.locator("#futures")).to_contain_text("push right: ")
    assert all(
        float(each) > 5 for each in re.findall(r"push \w+: ([\d.]+)", page.locator("#futures").inner_text())
    )
    assert pages_server.send("GET", f"/v1/envs/{created}/").content == before
    pages_server.send("DELETE", f"/v1/envs/{created}/")
