"""Keys are changed as `infra/README.md` says, with calls under way, of which none fails."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from infra.aws.template import Route
from infra.emulator import event as lambda_event
from infra.emulator.sandbox import Sandbox
from infra.s3.seaweedfs import SeaweedFS
from tests.fixtures_lambda import deployment

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]

OLD, NEW = "old-" * 8, "new-" * 8


class Deployed:
    """The functions of one deployment, each with one process."""

    def __init__(self, place: dict[str, str], server: SeaweedFS, log: Path, **parameters: str) -> None:
        self._functions = {each.endpoint: each for each in deployment(**{**place, **parameters}).functions}
        self._server = server
        self._log = log
        self._sandboxes: dict[str, Sandbox] = {}

    def call(self, endpoint: str, path: str, body: Any = None, secret: str = "") -> tuple[int, Any]:
        """The status and the body of a POST that the endpoint's function answers."""
        if endpoint not in self._sandboxes:
            self._sandboxes[endpoint] = Sandbox(self._functions[endpoint], self._server.environment, self._log)
        headers = [("content-type", "application/json"), ("authorization", f"Bearer {secret}")]
        content = json.dumps(body or {}).encode()
        event = lambda_event.event(Route("POST", path), path, headers=headers, content=content)
        answer = lambda_event.reply(self._sandboxes[endpoint].invoke(event))
        return answer.status, json.loads(answer.content)

    def stop(self) -> None:
        """End every process."""
        for sandbox in self._sandboxes.values():
            sandbox.stop()


@pytest.fixture
def deploy(seaweedfs_server: SeaweedFS, tmp_path: Path) -> Iterator[Callable[..., Deployed]]:
    """Deploys the template with the given parameters, all over one place in one bucket."""
    [first] = {function.environment["GYM_HTTP_STORE"] for function in deployment().functions}
    place = {"SnapshotBucket": first.removeprefix("s3://"), "SigningKeys": OLD}
    with ExitStack() as running:

        def deployed(**parameters: str) -> Deployed:
            made = Deployed(place, seaweedfs_server, tmp_path / "functions.log", **parameters)
            running.callback(made.stop)
            return made

        yield deployed


def begun(functions: Deployed, secret: str = "") -> tuple[str, gymnasium.Env[Any, Any]]:
    """The path of an instance after its reset, and the same environment here."""
    status, made = functions.call("create_env", "/v1/envs", {"env_id": "CartPole-v1"}, secret)
    assert status == 200, made
    instance = f"/v1/envs/{made['instance_id']}"
    assert functions.call("reset_env", f"{instance}/reset", {"seed": 42}, secret)[0] == 200
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=42)
    return instance, env


def replacing(before: Deployed, after: Deployed) -> Iterator[Deployed]:
    """Which deployment answers each call while functions are replaced: now the one, now the other."""
    for _ in range(2):
        yield from (before, after)


def test_signing_keys_are_changed_and_every_step_is_applied(deploy: Callable[..., Deployed]) -> None:
    """First all verify the new key, then all sign with it, and at last the old one is gone."""
    before = deploy(SigningKeys=OLD)
    instance, env = begun(before)
    for keys in (f"{OLD},{NEW}", f"{NEW},{OLD}", NEW):
        after = deploy(SigningKeys=keys)
        for number, functions in enumerate([*replacing(before, after), after]):
            status, reply = functions.call("step_env", f"{instance}/step", {"action": number % 2})
            assert status == 200, (keys, reply)
            observation, *_ = env.step(number % 2)
            assert reply["observation"] == observation.tolist()
        before = after


def test_without_the_first_of_these_a_function_that_is_not_replaced_yet_refuses(
    deploy: Callable[..., Deployed],
) -> None:
    before, after = deploy(SigningKeys=OLD), deploy(SigningKeys=f"{NEW},{OLD}")
    instance, _ = begun(before)
    assert after.call("step_env", f"{instance}/step", {"action": 0})[0] == 200
    status, problem = before.call("step_env", f"{instance}/step", {"action": 0})
    assert status >= 400
    assert "GYM_HTTP_SIGNING_KEYS" in problem["detail"]


def test_an_api_key_is_changed_without_a_call_refused_and_the_old_one_is_then_unknown(
    deploy: Callable[..., Deployed],
) -> None:
    before, both, after = (
        deploy(ApiKeys=keys) for keys in ("me:old-secret", "me:old-secret,me:new-secret", "me:new-secret")
    )
    instance, _ = begun(before, "old-secret")
    for functions in replacing(before, both):
        assert functions.call("step_env", f"{instance}/step", {"action": 0}, "old-secret")[0] == 200
    for functions in replacing(both, after):
        assert functions.call("step_env", f"{instance}/step", {"action": 1}, "new-secret")[0] == 200
    for endpoint, path in (("step_env", f"{instance}/step"), ("create_env", "/v1/envs")):
        status, problem = after.call(endpoint, path, {"action": 0, "env_id": "CartPole-v1"}, "old-secret")
        assert (status, problem["type"]) == (401, "urn:gym-http:problem:unauthorized")
