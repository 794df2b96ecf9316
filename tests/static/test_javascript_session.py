"""The JavaScript client over sessions, in a real browser: the same numbers, and nothing lost with a connection."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.servers import Server, uvicorn
from tests.static.browser import Visitor

SECRET = "open-sesame/+?~"

PLAY = """
async ({ apiKey, lose }) => {
  const { Env } = await import("/gymnasium.js");
  const { overSessions } = await import("/gymnasium/session.js");
  const fetched = [], opened = [];
  const counted = (url, init) => (fetched.push(`${init.method} ${url.split("/").at(-2)}`), fetch(url, init));
  class Counted extends WebSocket {
    constructor(...given) {
      super(...given);
      opened.push(this);
    }
    send(message) {
      super.send(message);
      // The call is carried through, and its reply lost.
      if (lose && opened.length < 4) setTimeout(() => this.close(), 0), (this.onmessage = null);
    }
  }
  const play = async (fetch) => {
    const env = await Env.make("CartPole-v1", { apiKey, fetch, seed: 3 });
    const returned = [await env.reset()];
    for (let step = 0; step < 12; step++) returned.push(await env.step(step % 2));
    returned.push(await env.rollout([0, 1]));
    const { returns } = await env.explore({ policy: "random", count: 3, steps: 2 });
    let refused;
    await env.step(9).catch((error) => (refused = [error.type, error.status, error.problem.action]));
    const { revision } = await env.record();
    await env.close();
    return [returned.map((each) => ({ ...each })), returns, refused, revision];
  };
  const http = JSON.stringify(await play(undefined));
  const session = JSON.stringify(await play(overSessions({ fetch: counted, WebSocket: Counted })));
  await new Promise((done) => setTimeout(done, 0));
  return { equal: http === session, http, session, fetched, opened: opened.length,
    protocol: opened.at(-1)?.protocol, closing: opened.every((each) => each.readyState >= WebSocket.CLOSING) };
}
"""


def played(page: Page, server: Server, **options: Any) -> Any:
    page.goto(f"{server.url}/join.html")
    return page.evaluate(PLAY, {"apiKey": None, "lose": False, **options})


def steps(fetched: list[str]) -> list[str]:
    """The calls that a session has, and that were made over HTTP."""
    return [each for each in fetched if each.split()[1] in ("reset", "step", "rollout", "explore")]


def test_an_episode_over_a_session_is_that_over_http(newcomer: Visitor, pages_server: Server) -> None:
    found = played(newcomer.context.new_page(), pages_server)
    assert found["equal"], (found["http"], found["session"])
    assert (found["opened"], steps(found["fetched"])) == (1, [])
    assert found["protocol"] == "gymnasium.v1.json"
    assert found["closing"] is True


def test_lost_replies_are_had_over_http_and_no_call_is_applied_twice(
    newcomer: Visitor, pages_server: Server
) -> None:
    found = played(newcomer.context.new_page(), pages_server, lose=True)
    assert found["equal"], (found["http"], found["session"])
    assert found["opened"] == 4
    assert len(steps(found["fetched"])) == 3


def test_an_api_key_opens_a_session(newcomer: Visitor, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = f"sqlite:///{tmp_path_factory.mktemp('keyed')}/snapshots.db"
    with uvicorn(GYM_HTTP_STORE=store, GYM_HTTP_API_KEYS=f"ann:{SECRET}") as server:
        found = played(newcomer.context.new_page(), server, apiKey=SECRET)
    assert found["equal"], (found["http"], found["session"])
    assert (found["opened"], steps(found["fetched"])) == (1, [])
