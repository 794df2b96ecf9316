"""A server whose environment names a collector sends it a span a request; any other imports nothing for it."""

import json
import subprocess
import sys
from pathlib import Path

from shared.variables import child_environment
from tests.applications import Api
from tests.collector import collector
from tests.servers import ROOT, uvicorn

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_step_is_a_trace_whose_id_is_in_the_log(tmp_path: Path) -> None:
    with (
        collector() as receiver,
        uvicorn(
            GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db",
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
            OTEL_BSP_SCHEDULE_DELAY="50",
        ) as server,
    ):
        api = Api(server)
        instance = api.create()
        api.post(f"{instance}/reset/", {"seed": 1})
        api.post(f"{instance}/step/", {"action": 1}, traceparent=CALLER)
        api.get("/v1/livez/")
        server.process.terminate()
        lines = [json.loads(line) for line in server.rest.result(30).splitlines() if line.startswith(b"{")]
        spans = receiver.wait_for(4)
    assert len({line["trace"] for line in lines}) == 4
    [step] = [line for line in lines if line["endpoint"].endswith("/step/")]
    assert step["trace"] == CALLER.split("-")[1]
    named = {each.name: each for each in spans if each.trace == step["trace"]}
    request = named["POST /v1/envs/{instance_id}/step/"]
    assert set(named) == {request.name, "load", "env", "save"}
    assert request.span.parent_span_id.hex() == CALLER.split("-")[2]
    assert {named[phase].span.parent_span_id for phase in ("load", "env", "save")} == {request.span.span_id}
    assert request.attributes["url.path"] == f"{instance}/step/"
    assert {each.name for each in spans if each.trace == lines[3]["trace"]} == {"GET /v1/livez/"}


def test_a_method_that_is_refused_is_traced_too(tmp_path: Path) -> None:
    with (
        collector() as receiver,
        uvicorn(
            GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db",
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
            OTEL_BSP_SCHEDULE_DELAY="50",
        ) as server,
    ):
        server.send("PATCH", "/v1/envs/")
        [refused] = receiver.wait_for(1)
    assert (refused.attributes["http.response.status_code"], refused.attributes["url.path"]) == (405, "/v1/envs/")


HIDDEN = "import sys; sys.modules['opentelemetry.sdk'] = None"


def test_a_server_that_cannot_send_traces_does_not_start_and_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    ended = subprocess.run(
        [sys.executable, "-m", "functions.serve", "--port", "0"],
        cwd=ROOT,
        env=child_environment(
            OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318",
            PYTHONPATH=str(tmp_path),
            GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db",
        ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("OTEL_EXPORTER_OTLP_ENDPOINT is set, and opentelemetry.sdk")
    assert "install the extra otel" in ended.stderr


TELL = """
import sys
from shared.settings import Settings
from tests.applications import Api, served
with served("local", Settings(store="memory:")) as client:
    api = Api(client)
    instance = api.create()
    api.post(f"{instance}/reset/")
    assert api.post(f"{instance}/step/", {"action": 0}).status == 200
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))])
print("shared.web.observe.traces" in sys.modules)
"""


def test_without_a_collector_nothing_is_imported_for_it() -> None:
    environment = {name: value for name, value in child_environment().items() if not name.startswith("OTEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", TELL], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["[]", "False"]
