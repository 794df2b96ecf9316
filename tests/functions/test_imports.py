"""No mechanism and no library of a family is loaded before an environment is asked for."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from infra.aws.template import Route
from infra.emulator.event import event
from shared.settings import Settings
from shared.variables import child_environment
from tests.applications import Api, served
from tests.servers import ROOT

ENDPOINTS = sorted(path.stem for path in (ROOT / "functions").glob("*.py") if path.stem != "__init__")
MECHANISMS = [f"shared.snapshot.{name}" for name in ("ale", "attributes", "box2d", "graph", "mujoco", "replay")]
LIBRARIES = ["ale_py", "Box2D", "mujoco", "pygame", "jax", "cv2", "mcp", "mcp_types"]
NOT_FOR_A_STEP = [
    *("numpy.ma", "statistics", "cloudpickle", "argparse", "html.parser", "starlette.staticfiles", "fastapi"),
    *("shared.snapshot.conformance", "shared.session.lifecycle.create", "shared.session.inventory.sweep"),
    *("shared.web.app.behind", "shared.wire.messages.create", "pydantic", "pydantic_core"),
    *("shared.web.service.views", "shared.session.history.history", "shared.session.explore.explorer"),
    *("shared.session.lifecycle.close", "shared.session.lifecycle.fork", "shared.session.lifecycle.travel"),
    *("shared.session.lifecycle.checkpoints", "starlette.responses", "starlette.requests", "starlette.middleware"),
    *("anyio", "python_multipart", "http.cookies", "http.client", "shared.wire.messages.replies"),
    *("shared.snapshot.isolation.child_process", "shared.snapshot.isolation.nursery"),
]
"""What other calls need, or a server: each took milliseconds of a function's cold start."""

TELL = """
import json, sys
{code}
print(json.dumps([name for name in {names} if name in sys.modules]))
"""
CALLS = """
from shared.settings import Settings
from tests.applications import Api, served
with served("local", Settings(store="memory:", env_modules={modules})) as client:
    api = Api(client)
{calls}
"""
FIRST_STEP = """
import os
os.environ["GYM_HTTP_STORE"] = {store!r}
from functions.step_env import handler
from types import SimpleNamespace
context = SimpleNamespace(aws_request_id="test", get_remaining_time_in_millis=lambda: 25_000)
answer = handler(json.loads({event!r}), context)
assert answer["statusCode"] == 200, answer
"""


def loaded(code: str, names: Sequence[str] = (*MECHANISMS, *LIBRARIES)) -> list[str]:
    """Those of the modules that a fresh process has imported once it ran the code."""
    command = [sys.executable, "-c", TELL.format(code=code, names=[*names])]
    ran = subprocess.run(command, cwd=ROOT, env=child_environment(), text=True, capture_output=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout.splitlines()[-1])
    return found


def calls(*lines: str, modules: tuple[str, ...] = ()) -> str:
    return CALLS.format(calls="\n".join(f"    {line}" for line in lines), modules=modules)


def test_importing_every_endpoint_loads_no_mechanism_and_no_familys_library() -> None:
    """All in one process: what none of them loads together, none loads alone."""
    assert {"health", "list_envs", "step_env"} < {*ENDPOINTS}
    assert loaded("\n".join(f"import functions.{name}" for name in ENDPOINTS)) == []


def test_a_step_loads_nothing_that_only_other_calls_or_a_server_need() -> None:
    assert loaded("import functions.step_env", NOT_FOR_A_STEP) == []


def test_the_first_step_of_a_function_loads_nothing_of_that_either(settings: Settings) -> None:
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create("CartPole-v1")
        assert api.post(f"{instance}/reset/", {"seed": 1}).status == 200
    headers = [("content-type", "application/json")]
    sent = event(Route("POST", f"{instance}/step"), f"{instance}/step", headers=headers, content=b'{"action": 1}')
    assert loaded(FIRST_STEP.format(store=settings.store, event=json.dumps(sent)), NOT_FOR_A_STEP) == []


def test_a_service_that_answers_without_an_environment_loads_none() -> None:
    asked = calls(
        "assert api.get('/v1/health/').status == 200",
        "assert api.get('/v1/envs/').json == {}",
        "assert api.get('/v1/catalog/').json['environments']",
        "assert api.get('/v1/catalog/?env_id=Pendulum-v1').status == 200",
        "assert api.post('/v1/envs/never-made/step/', {'action': 0}).status == 404",
    )
    assert loaded(asked) == []


def test_ids_are_registered_when_the_service_opens_without_importing_what_they_need() -> None:
    """Before any environment is made: Gymnasium goes through its registry then, on another thread."""
    assert loaded(calls("assert api.get('/v1/envs/').json == {}", modules=("ale_py",))) == ["ale_py"]


@pytest.mark.parametrize(
    ("env_id", "expected"),
    [
        ("CartPole-v1", ["shared.snapshot.attributes"]),
        ("HalfCheetah-v5", ["shared.snapshot.attributes", "shared.snapshot.mujoco", "mujoco"]),
    ],
)
def test_a_first_step_loads_the_mechanism_and_the_library_of_its_own_family(
    env_id: str, expected: list[str]
) -> None:
    stepped = calls(
        f"place = api.create({env_id!r})",
        "api.post(f'{place}/reset/', {'seed': 1})",
        "action = api.post(f'{place}/action_space/sample/').json['sample']",
        "assert api.post(f'{place}/step/', {'action': action}).status == 200",
    )
    assert loaded(stepped) == expected
