"""What the playground copies is run, in each language, and gives what was seen."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.servers import Server
from tests.static.agent.copies.running import run_copy
from tests.static.browser import Visitor
from tests.static.test_playground import ended, instances, playground, run, tap
from tests.static.waiting import eventually, until

LANGUAGES = ("python", "javascript", "curl")


@pytest.fixture(autouse=True)
def clipboard(visitor: Visitor) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])


@pytest.fixture(autouse=True)
def others_are_left_alone(pages_server: Server) -> Iterator[None]:
    yield
    for instance in instances(pages_server):
        pages_server.send("DELETE", f"/v1/envs/{instance}/")


def copied(page: Page, language: str) -> str:
    page.evaluate("navigator.clipboard.writeText('')")
    page.locator(f"#copy-{language}").click()
    eventually(page, "navigator.clipboard.readText().then((text) => text !== '')")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def seen(page: Page) -> list[Any]:
    """The observations that the agent told of."""
    lines = page.locator("#console [data-level=log]").all_inner_texts()
    return [json.loads(line.removeprefix("SEEN ")) for line in lines if line.startswith("SEEN ")]


def play(page: Page, key: str, steps: str) -> None:
    page.locator("#play").click()
    expect(page.locator("#screen")).to_be_focused()
    play_on(page, key, steps)


def play_on(page: Page, key: str, steps: str) -> None:
    tap(page, key)
    expect(page.locator("#reading-step")).to_have_text(steps)


TELL = "const tell = (observation) => console.log('SEEN ' + JSON.stringify(observation));\n"

RUNS = {
    "episodes without a seed, the last of which is on the stage": """
        const env = await Env.make("CartPole-v1");
        for (let episode = 0; episode < 3; episode++) {
          const first = await env.reset();
          if (episode === 2) tell(first.observation);
          for (let done = false; !done; ) {
            const step = await env.step(1);
            if (episode === 2) tell(step.observation);
            done = step.terminated || step.truncated;
          }
        }
    """,
    "a vector environment without a seed": """
        const env = await Env.make("CartPole-v1", { numEnvs: 2 });
        tell((await env.reset()).observation);
        for (let i = 0; i < 5; i++) tell((await env.step(env.actionSpace.sample())).observation);
    """,
    "wrappers and what they remember of earlier episodes": """
        const env = await Env.make("CartPole-v1", { wrappers: [{ name: "NormalizeObservation" }], seed: 5 });
        await env.reset();
        for (let i = 0; i < 5; i++) await env.step(i % 2);
        tell((await env.reset({ seed: 9 })).observation);
        tell((await env.step(1)).observation);
    """,
    "going back to a checkpoint that the agent made": """
        const env = await Env.make("FrozenLake-v1");
        tell((await env.reset()).observation);
        tell((await env.step(2)).observation);
        const checkpoint = await env.checkpoint();
        for (let i = 0; i < 3; i++) await env.step(1);
        await env.restore(checkpoint);
        tell((await env.step(2)).observation);
    """,
    "a fork that the agent made": """
        const env = await Env.make("FrozenLake-v1");
        tell((await env.reset()).observation);
        tell((await env.step(2)).observation);
        const [twin] = await env.fork();
        await env.step(1);
        tell((await twin.step(2)).observation);
    """,
    "a random rollout before a step": """
        const env = await Env.make("MountainCar-v0");
        await env.reset();
        await env.rollout({ policy: "random", steps: 7 }, { include: ["rewards"] });
        tell((await env.reset()).observation);
        tell((await env.step(2)).observation);
    """,
}


@pytest.mark.parametrize("what", RUNS)
def test_a_copy_of_a_run_gives_what_the_agent_saw(
    what: str, visitor: Visitor, pages_server: Server, node: str
) -> None:
    page = playground(visitor, pages_server.url)
    run(page, TELL + RUNS[what])
    expect(page.locator("#console")).to_contain_text("has finished")
    ended(page)
    assert len(seen(page)) > 1
    for language in LANGUAGES:
        replies = run_copy(language, copied(page, language), node)
        assert [reply["observation"] for reply in replies] == seen(page), language
    until(page, lambda: instances(pages_server) == {})


OTHERS = {
    "a fork with generators of its own": "const [other] = await env.fork({ reseed: 3 });",
    "a future": """
        const { kept } = await env.explore([[2, 1], [1, 1]], { keep: { indices: [1] }, reseed: 3 });
        const other = kept[0].env;
    """,
    "one of the past": """
        await env.recording();
        await env.step(2);
        const { revision } = await env.at((await env.record()).revision);
        await env.step(1);
        const [other] = await env.fork({ revision });
    """,
    "the state of a file": "const other = await Env.fromSnapshot(await env.snapshot(), env.connection);",
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_copy_of_what_the_page_did_not_see_begin_begins_from_a_kept_state(
    what: str, visitor: Visitor, pages_server: Server, node: str
) -> None:
    page = playground(visitor, pages_server.url)
    begin = 'const env = await Env.make("FrozenLake-v1"); await env.reset();'
    steps = "for (let i = 0; i < 4; i++) tell((await other.step(i)).observation);"
    run(page, f"{TELL}{begin}{OTHERS[what]}{steps}")
    expect(page.locator("#console")).to_contain_text("has finished")
    programs = {language: copied(page, language) for language in LANGUAGES}
    for language, program in programs.items():
        assert [reply["observation"] for reply in run_copy(language, program, node)] == seen(page), language
    assert len(seen(page)) == 4
    page.goto("about:blank")
    until(page, lambda: len(instances(pages_server)) == 1)


def test_a_copy_after_going_back_by_hand_gives_what_is_on_the_stage(
    visitor: Visitor, pages_server: Server, node: str
) -> None:
    page = playground(visitor, pages_server.url)
    play(page, "ArrowRight", "1")
    page.locator("#keep").click()
    expect(page.locator("#checkpoints")).to_contain_text("step 1")
    page.locator("#screen").focus()
    play_on(page, "ArrowRight", "2")
    page.locator("#go-back").click()
    expect(page.locator("#reading-step")).to_have_text("1")
    page.locator("#screen").focus()
    play_on(page, "ArrowLeft", "2")
    shown = page.locator("#reading-observation").inner_text().strip("[]").replace("\u2212", "-").split(", ")
    for language in LANGUAGES:
        replies = run_copy(language, copied(page, language), node)
        assert len(replies) == 3
        last = replies[-1]["observation"]
        assert [f"{each:.4g}" for each in last] == [f"{float(each):.4g}" for each in shown], language


def test_a_copy_of_an_instance_of_others_begins_where_the_page_found_it(
    visitor: Visitor, pages_server: Server, node: str
) -> None:
    made = pages_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1", "render_mode": "rgb_array"}')
    path = f"/v1/envs/{made.json['instance_id']}"
    pages_server.send("POST", f"{path}/reset/", b"{}")
    page = playground(visitor, pages_server.url, f"?instance={made.json['instance_id']}")
    run(
        page,
        TELL
        + f"""
        const env = await Env.attach("{made.json["instance_id"]}");
        for (let i = 0; i < 5; i++) tell((await env.step(i % 2)).observation);
    """,
    )
    expect(page.locator("#console")).to_contain_text("has finished")
    programs, told = {language: copied(page, language) for language in LANGUAGES}, seen(page)
    page.close(run_before_unload=True)
    for language, program in programs.items():
        assert [reply["observation"] for reply in run_copy(language, program, node)] == told, language
    assert len(told) == 5
    assert pages_server.send("GET", f"{path}/").json["steps"] == 5


EPISODES = """
const env = await Env.make("CartPole-v1");
for (;;) {
  await env.reset();
  while (!(await env.step(1)).terminated);
}
"""


def test_picking_another_environment_clears_the_stage_and_what_is_copied(
    visitor: Visitor, pages_server: Server, node: str
) -> None:
    page = playground(visitor, pages_server.url)
    run(page, EPISODES, every="50")
    eventually(page, "Number(document.getElementById('curve').dataset.episodes) >= 1")
    expect(page.locator("#picture")).to_be_visible()
    page.locator("#environment").fill("FrozenLake-v1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep mine here").click()
    expect(page.locator("#state")).to_have_text("Ready")
    expect(page.locator("#picture")).to_be_hidden()
    expect(page.locator("#picture-none")).to_be_visible()
    for reading in ("step", "return", "last", "action", "observation"):
        expect(page.locator(f"#reading-{reading}")).to_have_text("\u2013")
    expect(page.locator("#reading-total")).to_have_text("0")
    page.wait_for_timeout(500)
    expect(page.locator("#picture")).to_be_hidden()
    assert page.locator("#curve").get_attribute("data-episodes") == "0"
    for language in LANGUAGES:
        program = copied(page, language)
        assert "FrozenLake-v1" in program
        assert "CartPole" not in program
        reset, step = run_copy(language, program, node)
        assert (reset["observation"], step["terminated"]) == (0, False)
    until(page, lambda: instances(pages_server) == {})
