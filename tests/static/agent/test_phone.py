"""The playground in a narrow window, with fingers."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.servers import Server
from tests.static.browser import Visitor


def opened(phone: Visitor, server: Server) -> Page:
    page = phone.open(f"{server.url}/agent.html")
    page.locator("body[data-ready]").wait_for(state="attached")
    return page


def box(of: Locator) -> dict[str, float]:
    found = of.bounding_box()
    assert found is not None
    x, y, height = found["x"], found["y"], found["height"]
    return {"x": x, "y": y, "height": height, "end": y + height}


def test_the_picture_is_above_run_and_both_are_in_the_window_after_run(
    phone: Visitor, pages_server: Server
) -> None:
    page = opened(phone, pages_server)
    assert box(page.locator("#screen"))["end"] <= box(page.locator("#run"))["y"]
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.locator("#run").evaluate("button => button.click()")
    expect(page.locator("#picture")).to_be_visible()
    for part in ("#screen", "#run", "#stop"):
        at = box(page.locator(part))
        assert at["y"] >= 0, part
        assert at["end"] <= 844, part
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#stop").tap()


def test_the_timeline_is_dragged_by_a_finger(phone: Visitor, pages_server: Server) -> None:
    page = opened(phone, pages_server)
    for number in ("1", "2", "3"):
        page.locator("#step").tap()
        expect(page.locator("#scrubber")).to_have_attribute("aria-valuenow", number)
    page.locator("#scrubber").scroll_into_view_if_needed()
    at = box(page.locator("#scrubber"))
    assert at["height"] >= 44
    touch = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [{"x": 370, "y": at["y"] + 20}]),
        ("touchMove", [{"x": 200, "y": at["y"] + 20}]),
        ("touchMove", [{"x": 30, "y": at["y"] + 20}]),
        ("touchEnd", []),
    ):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator("#reading-step")).to_have_text("0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#stop").tap()


def test_the_list_of_documents_is_no_wider_than_its_dialog(phone: Visitor, pages_server: Server) -> None:
    page = opened(phone, pages_server)
    page.locator("#documents").tap()
    dialog = page.locator("dialog")
    upload, close = dialog.locator("input[type=file]"), dialog.get_by_role("button", name="Close")
    expect(upload).to_be_visible()
    end = "each => each.getBoundingClientRect().right"
    assert upload.evaluate(end) <= close.evaluate(end)


def test_an_environment_is_played_by_buttons(phone: Visitor, pages_server: Server) -> None:
    page = opened(phone, pages_server)
    page.locator("#environment").fill("frozenlake8")
    page.locator("#environments [data-env]").first.tap()
    expect(page.locator("#play")).to_have_text("Play by touch")
    page.locator("#play").tap()
    buttons = page.locator("#pad button")
    expect(buttons).to_have_text([re.compile(each) for each in ("left", "down", "right", "up")])
    expect(page.locator("#reading-step")).to_have_text("0")
    assert box(page.locator("#screen"))["y"] >= 0
    assert box(page.locator("#pad"))["end"] <= 844
    assert min(box(button)["height"] for button in buttons.all()) >= 44
    buttons.filter(has_text="right").tap()
    expect(page.locator("#reading-action")).to_have_text("right (2)")
    expect(page.locator("#legend")).to_be_hidden()
    page.get_by_role("button", name="Stop playing").tap()
    expect(page.locator("#pad")).to_be_hidden()


def test_a_button_is_held_as_long_as_the_finger_is_down(phone: Visitor, pages_server: Server) -> None:
    page = opened(phone, pages_server)
    page.locator("#environment").fill("LunarLander-v3")
    page.locator("#environments [data-env]").first.tap()
    page.locator("#play").tap()
    expect(page.locator("#reading-action")).to_have_text("do nothing (0)")
    # What comes before it may still have moved it.
    expect(page.locator("#picture")).to_be_visible()
    at = box(page.locator("#pad button").filter(has_text="main engine"))
    touch = page.context.new_cdp_session(page)

    def send(kind: str, points: list[dict[str, Any]]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", [{"x": at["x"] + 9, "y": at["y"] + 9}])
    expect(page.locator("#reading-action")).to_have_text("fire main engine (2)")
    page.wait_for_timeout(300)
    expect(page.locator("#reading-action")).to_have_text("fire main engine (2)")
    send("touchEnd", [])
    expect(page.locator("#reading-action")).to_have_text("do nothing (0)")
    page.locator("#play").tap()
