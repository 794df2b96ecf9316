"""docs/classroom.md, followed step by step with real browsers."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.servers import ROOT
from tests.static.browser import Visitor

TUTORIAL = (ROOT / "docs" / "classroom.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The links that the tutorial's command prints, by name, while it serves."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    said = dict(re.findall(r"(STUDENTS|LESSON)=(\S+)", BLOCKS[0][1]))
    command = [sys.executable, "-m", "infra.classroom.run", "--students", said["STUDENTS"]]
    command += ["--lesson", said["LESSON"], "--host", "127.0.0.1", "--port", port]
    with subprocess.Popen(
        command,
        cwd=tmp_path_factory.mktemp("class"),
        env={**os.environ, "PYTHONPATH": str(ROOT), "GYM_HTTP_LOG": "off"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        found: dict[str, str] = {}
        for line in process.stdout:
            name, _, link = line.strip().partition("  ")
            if "/join.html#" in link:
                found[name] = link
            if "Uvicorn running" in line:
                break
        yield found
        process.terminate()
        process.communicate(timeout=30)


def key_of(link: str) -> str:
    return parse_qs(urlsplit(link).fragment)["key"][0]


def url_of(link: str) -> str:
    return link.partition("/join.html")[0]


def test_the_links_have_the_form_that_the_tutorial_shows(classroom: dict[str, str]) -> None:
    shown = [line.split("  ") for line in BLOCKS[1][1].splitlines()]
    for (name, link), (told, example) in zip(classroom.items(), shown, strict=True):
        assert name == told
        expected = example.replace("SECRET", key_of(link)).replace("http://192.168.1.20:5000", url_of(link))
        assert link == expected


def test_a_program_with_a_students_key_prints_what_the_tutorial_says(classroom: dict[str, str]) -> None:
    link = classroom["student-02"]
    program = f"URL, KEY = {url_of(link)!r}, {key_of(link)!r}\n{BLOCKS[2][1]}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "clients/python/src")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout == BLOCKS[3][1], done.stderr


def test_the_teachers_list_has_each_students_environments(classroom: dict[str, str]) -> None:
    url, student = url_of(classroom["teacher"]), {"Authorization": f"Bearer {key_of(classroom['student-01'])}"}
    made = httpx2.post(f"{url}/v1/envs/", json={"env_id": "FrozenLake-v1"}, headers=student).json()["instance_id"]
    environment = {**os.environ, "URL": url, "TEACHER_KEY": key_of(classroom["teacher"])}
    listed = subprocess.run(["bash", "-c", BLOCKS[4][1]], env=environment, capture_output=True, text=True)
    assert json.loads(listed.stdout)[f"student-01:{made}"] == "FrozenLake-v1"
    [example] = json.loads(BLOCKS[5][1])
    assert example.partition(":")[0] == "student-01"
    httpx2.delete(f"{url}/v1/envs/{made}/", headers=student).raise_for_status()


def test_a_student_joins_by_the_link_and_the_teacher_watches(classroom: dict[str, str], browser: Browser) -> None:
    with browser.new_context() as one, browser.new_context() as other:
        student, teacher = Visitor(one), Visitor(other)
        page = student.open(classroom["student-01"])
        expect(page.locator("#words")).to_contain_text("as student-01")
        expect(page).to_have_url(re.compile("^[^#]*$"))
        assert page.evaluate("localStorage.length") == 0
        page.get_by_role("button", name="Join").click()
        page.wait_for_url("**/agent.html?lesson=FrozenLake-v1")
        page.locator("body[data-ready]").wait_for(state="attached")
        expect(page.locator("#environment")).to_be_disabled()
        expect(page.locator("#environment")).to_have_value("FrozenLake-v1")
        page.locator("#play").click()
        expect(page.locator("#reading-step")).to_have_text("0")

        wall = teacher.open(classroom["teacher"])
        wall.get_by_role("button", name="Join").click()
        tile = wall.locator(".tile")
        expect(tile).to_contain_text("student-01")
        wall.locator("#owner").select_option("student-01")
        assert "owner=student-01" in wall.url
        expect(tile).to_have_count(1)
        tile.get_by_role("button", name="FrozenLake-v1", exact=True).click()
        expect(wall.locator("#enlarged-id")).to_contain_text("of student-01")
        expect(wall.locator("#enlarged-picture")).to_have_attribute("data-frames", re.compile(r"\d"))
        expect(wall.locator("#enlarged-close")).to_be_hidden()
        page.locator("#play").click()
        expect(tile).to_have_count(0)
    assert student.complaints + teacher.complaints == []


def test_what_the_table_says_a_lesson_hides_is_hidden(classroom: dict[str, str], browser: Browser) -> None:
    parts = re.findall(r"^\| `(\w+)` \|", TUTORIAL, re.MULTILINE)
    code = (ROOT / "static/agent/lesson.js").read_text()
    selectors = dict(re.findall(r"^  (\w+): \[(.*)\],$", code, re.MULTILINE))
    assert parts == list(selectors)
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(classroom["student-01"].replace("lesson=", f"hide={'%2C'.join(parts)}&lesson="))
        page.get_by_role("button", name="Join").click()
        page.wait_for_url("**/agent.html?*")
        page.locator("body[data-ready]").wait_for(state="attached")
        for selector in re.findall(r'"([^"]+)"', " ".join(selectors.values())):
            assert page.locator(selector).count() > 0, selector
            for part in page.locator(selector).all():
                expect(part).to_be_hidden()
        expect(page.locator("#run")).to_be_visible()


def test_a_link_without_a_known_key_joins_nobody(classroom: dict[str, str], browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{url_of(classroom['teacher'])}/join.html#name=x&key=wrong")
        page.get_by_role("button", name="Join").click()
        expect(page.locator("#said")).to_contain_text("does not know the link")
        assert page.evaluate("localStorage.length") == 0
        page.goto(f"{url_of(classroom['teacher'])}/join.html?again#name=x&key=y&page=//evil.example")
        expect(page.locator("#words")).to_contain_text("This is no link of a class")


def test_the_page_to_print_is_for_the_teacher_alone(classroom: dict[str, str], tmp_path: Path) -> None:
    url = url_of(classroom["teacher"])
    assert httpx2.get(f"{url}/v1/envs/").status_code == 401
    assert httpx2.get(f"{url}/class.html").status_code == 404
