"""The landing page in a real browser."""

from tests.servers import Server
from tests.static.browser import Visitor


def test_it_says_that_the_service_answers_and_what_exists(visitor: Visitor, pages_server: Server) -> None:
    page = visitor.open(pages_server.url)
    page.locator("#health[data-state=up]").wait_for()
    assert pages_server.url in page.locator("#curl").inner_text()
    pages_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1"}')
    page.locator("#instances li", has_text="CartPole-v1").get_by_role("link").click()
    page.get_by_role("dialog").get_by_text("created without render_mode").wait_for()


def test_a_page_is_sent_with_its_policy_and_cannot_be_framed_by_others(pages_server: Server) -> None:
    headers = pages_server.send("GET", "/").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert pages_server.send("GET", "/gymnasium.js").headers["cache-control"] == "no-cache"


def test_another_service_is_confirmed_before_it_is_called(visitor: Visitor, pages_server: Server) -> None:
    other = pages_server.url.replace("127.0.0.1", "localhost")
    asked: list[str] = []
    visitor.context.on("request", lambda request: asked.append(request.url))
    page = visitor.open(f"{pages_server.url}/?api={other}/")
    page.get_by_role("dialog").wait_for()
    assert not any(url.startswith(other) for url in asked)
    page.get_by_role("button", name="Use it").click()
    page.locator("#health[data-state=up]", has_text="localhost").wait_for()
    again = visitor.open(f"{pages_server.url}/?api={other}")
    again.locator("#health[data-state=up]", has_text="localhost").wait_for()
    assert f"api={other}".replace(":", "%3A").replace("/", "%2F") in str(
        again.locator("a.name").get_attribute("href")
    )
