"""The main ways through the pages in Firefox."""

import json
from collections.abc import Iterator

import pytest

from tests.servers import Server
from tests.static.firefox import Firefox, started

SHORT = (
    'const env = await Env.make("CartPole-v1");for (const seed of [1, 1]) {await env.reset({ seed });'
    "let total = 0, step;while (!step?.terminated) {step = await env.step(1);total += step.reward;}"
    'console.log("return", total);}'
)
ENDLESS = 'const env = await Env.make("CartPole-v1");console.log("made", env.actionSpace.n);while(true);'


@pytest.fixture(scope="module")
def browser_of_this_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with started(tmp_path_factory.mktemp("profile")) as firefox:
        yield firefox


@pytest.fixture
def firefox(browser_of_this_file: Firefox) -> Iterator[Firefox]:
    """Firefox; a complaint in the console fails the test."""
    browser_of_this_file.complaints.clear()
    yield browser_of_this_file
    assert browser_of_this_file.complaints == []


def text(selector: str) -> str:
    return f"document.querySelector({selector!r})?.textContent"


EDITOR = "document.getElementById('editor').shadowRoot.querySelector('.cm-content')"


def playground(firefox: Firefox, server: Server) -> None:
    firefox.open(f"{server.url}/agent.html")
    firefox.until("document.body.dataset.ready")


def write(firefox: Firefox, code: str) -> None:
    firefox.ask(f"{EDITOR}.focus()")
    firefox.select_all()
    firefox.type(code)
    # The editor loads them with the first letter, and a page that is left meanwhile complains.
    firefox.ask("import(new URL('agent/editor/completions.js', location.href)).then(() => true)")


def run(firefox: Firefox, server: Server, code: str) -> None:
    playground(firefox, server)
    write(firefox, code)
    firefox.click("#run")


def test_home_balances_a_pole(firefox: Firefox, pages_server: Server) -> None:
    firefox.open(pages_server.url)
    firefox.click("#live-play")
    firefox.until(f"/return \\d\\d/.test({text('#live-call')})")
    firefox.click("#live-play")
    firefox.until(f"{text('#live-play')} === 'Balance it'")


def test_what_is_typed_is_a_document_with_its_versions(firefox: Firefox, pages_server: Server) -> None:
    playground(firefox, pages_server)
    write(firefox, "// an evening's work")
    firefox.until("location.hash.startsWith('#doc=')")
    address = firefox.ask("location.href")
    playground(firefox, pages_server)
    assert firefox.ask(f"{EDITOR}.textContent") == "// an evening's work"
    assert firefox.ask("location.href") == address
    firefox.click("#versions")
    firefox.until(f"{text('dialog pre')}.includes('Balances to 500')")


def test_an_agent_runs_is_seen_and_finishes(firefox: Firefox, pages_server: Server) -> None:
    run(firefox, pages_server, SHORT)
    firefox.until("Number(document.getElementById('picture').dataset.frames) > 5")
    firefox.until(f"{text('#console')}.includes('has finished')")
    assert firefox.ask(text("#console")).count("return 9") == 2


def test_an_endless_agent_is_stopped_and_its_environment_closed(firefox: Firefox, pages_server: Server) -> None:
    before = set(pages_server.send("GET", "/v1/envs/").json)
    run(firefox, pages_server, ENDLESS)
    firefox.until(f"{text('#console')}.includes('made 2')")
    firefox.click("#stop")
    firefox.until(f"{text('#state')} === 'Ready'")
    left = "fetch('/v1/envs/').then((reply) => reply.json()).then(Object.keys)"
    firefox.until(f"{left}.then((left) => left.every((each) => {sorted(before)}.includes(each)))")


def test_errors_are_shown_on_their_lines(firefox: Firefox, pages_server: Server) -> None:
    run(firefox, pages_server, "\nmissing();")
    firefox.until(f"/ReferenceError.*line 2/.test({text('#console [data-level=error]')})")
    write(firefox, "let a = 1;\nlet a = 2;")
    firefox.click("#run")
    firefox.until(f"/SyntaxError.*line 2/.test({text('#console [data-level=error]')})")


def test_keys_play(firefox: Firefox, pages_server: Server) -> None:
    firefox.open(f"{pages_server.url}/agent.html?lesson=FrozenLake8x8-v1")
    firefox.until("document.body.dataset.ready")
    firefox.click("#play")
    firefox.until("document.activeElement.id === 'screen'")
    firefox.until(f"{text('#reading-step')} === '0'")
    firefox.type("\ue014")
    firefox.until(f"{text('#reading-action')} === 'right (2)'")
    firefox.type("\ue00c")
    firefox.until(f"{text('#play')}.startsWith('Play')")


def test_the_monitor_shows_what_runs(firefox: Firefox, pages_server: Server) -> None:
    body = json.dumps({"env_id": "CartPole-v1", "render_mode": "rgb_array"}).encode()
    made = pages_server.send("POST", "/v1/envs/", body).json["instance_id"]
    pages_server.send("POST", f"/v1/envs/{made}/reset/", b"{}")
    firefox.open(f"{pages_server.url}/monitor.html")
    tile = f'.tile[data-id="{made}"]'
    shown = f"Number(document.querySelector('{tile} canvas').dataset.frames ?? 0)"
    firefox.until(f"document.querySelector('{tile}') && {shown} > 0")
    before = firefox.ask(shown)
    pages_server.send("POST", f"/v1/envs/{made}/step/", b'{"action": 1}')
    firefox.until(f"{shown} > {before}")
    firefox.click(f"{tile} h2 button")
    firefox.until("document.getElementById('enlarged').open")
    pages_server.send("DELETE", f"/v1/envs/{made}/")


def test_the_documentation_lists_the_calls(firefox: Firefox, pages_server: Server) -> None:
    firefox.open(f"{pages_server.url}/docs.html")
    firefox.until("document.querySelectorAll('.opblock').length > 30")
