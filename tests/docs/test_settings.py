"""The settings' page has every setting with its default, and the log and metrics as they are."""

import json
import re
from dataclasses import fields

import pytest

from shared.settings import PREFIX, Settings
from tests.docs.pages import PAGES
from tests.servers import Server

PAGE = PAGES["docs/settings.md"]
ROWS = dict(re.findall(r"^\| `(GYM_HTTP_\w+)` \| (.*?) \|", PAGE.text, re.MULTILINE))


def test_every_setting_stands_in_the_table_and_no_other() -> None:
    assert set(ROWS) == {PREFIX + field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize(
    "name",
    [field.name for field in fields(Settings) if field.default and isinstance(field.default, str | int | float)],
)
def test_a_default_in_the_table_is_the_one_in_force(name: str) -> None:
    default = getattr(Settings(), name)
    assert ROWS[PREFIX + name.upper()] == (f"`{default}`" if isinstance(default, str) else f"{default:.0f}")


def test_other_machines_pages_may_not_call_by_default_as_the_table_says() -> None:
    assert ROWS["GYM_HTTP_CORS_ORIGINS"] == "pages of this server and of loopback addresses"
    assert Settings().cors_origins == ()


def test_the_log_line_has_the_members_of_a_real_one(docs_server: Server) -> None:
    [shown] = [block for block in PAGE.blocks if block.kind == "log"]
    made = docs_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1"}').json["instance_id"]
    docs_server.send("POST", f"/v1/envs/{made}/reset/", b"{}")
    docs_server.send("POST", f"/v1/envs/{made}/step/", b'{"action": 1}')
    docs_server.process.terminate()
    lines = [json.loads(line) for line in docs_server.rest.result(30).splitlines() if line.startswith(b"{")]
    [step] = [line for line in lines if line["endpoint"].endswith("/step/")]
    assert list(json.loads(shown.text)) == list(step)


def test_every_metric_stands_on_the_page(docs_server: Server) -> None:
    docs_server.send("GET", "/v1/health/")
    told = docs_server.send("GET", "/metrics").content.decode()
    names = set(re.findall(r"^# TYPE (gym_http_\w+) ", told, re.MULTILINE))
    assert names
    # prometheus_client tells of a counter's beginning in a family of its own.
    assert {name for name in names if not name.endswith("_created") and f"`{name}`" not in PAGE.text} == set()
