"""The fuzzed API: every operation of the OpenAPI document in one process, with instances for requests to find."""

import random
from collections import Counter
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from functions import local
from shared.settings import Settings
from shared.web.app.application import create_app

Operation = APIOperation[Any, Any, Any, Any]

INSTANCES: list[dict[str, Any]] = [
    {"env_id": "CartPole-v1", "render_mode": "rgb_array"},
    {"env_id": "FrozenLake-v1", "render_mode": "ansi"},
    {"env_id": "Blackjack-v1", "seed": 3},
    {"env_id": "Pendulum-v1", "wrappers": [{"name": "FrameStackObservation", "kwargs": {"stack_size": 3}}]},
    {"env_id": "CartPole-v1", "num_envs": 2, "record": True},
    {"env_id": "Taxi-v4", "autoreset": "SameStep"},
]
"""Instances with spaces, replies and pictures of every form."""

_ENDLESS = ("multipart/x-mixed-replace", "text/event-stream")
_ENDED_BY_SINCE = ("monitor_frames",)
_ACTIONS: list[Any] = [0, 1, 2, 3, [0, 1], [1, 0], [0.5], [-2.0]]
_LIKELY: dict[str, list[dict[str, Any]]] = {
    "create_env": INSTANCES,
    "reset_env": [{}, {"seed": 1}],
    "step_env": [{"action": action} for action in _ACTIONS],
    "rollout_env": [{"actions": [action, action]} for action in _ACTIONS],
    "explore_env": [
        *({"sequences": [[action, action], [action, action]]} for action in _ACTIONS),
        {"policy": "repeat", "probability": 0.5, "count": 3, "steps": 2},
    ],
    "fork_env": [{}, {"count": 2, "reseed": 1}, {"revision": 1}],
    "restore_env": [{"revision": 1}, {"revision": "2.0"}],
    "record_env": [{"on": True}, {"on": False}],
    "verify_env": [{}],
}
"""Bodies that reach an environment; drawn ones seldom do."""


class Api:
    """The operations, and the results of the requests to them."""

    def __init__(self, settings: Settings) -> None:
        app = create_app(*(module.router for module in local.MODULES), settings=settings, documented=True)
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", app).exclude(_is_endless)
        self.schema = self.schema.exclude(tag="agents")  # the document has MCP's messages in outline alone
        rejections = self.schema.config.checks.negative_data_rejection
        rejections.expected_statuses = [*rejections.expected_statuses, "413"]  # it may be too long besides
        self.statuses: Counter[int] = Counter()
        self._instances = [""] * len(INSTANCES)
        self._random = random.Random(0)
        self.operations: dict[str, Operation] = {
            result.ok().definition.raw["operationId"]: result.ok()
            for result in self.schema.get_all_operations()
            if isinstance(result, Ok)
        }

    def send(self, name: str, **parts: Any) -> Response:
        """Send one request to the named operation, unchanged."""
        response = self.operations[name].Case(**parts).call()
        self.statuses[response.status_code] += 1
        return response

    def close(self) -> None:
        """End the application, as a server does. Schemathesis itself does so when threads are over already."""
        shutdown_lifespans()

    def begin_anew(self) -> None:
        """Restart the generator, so that the same choices follow."""
        self._random = random.Random(0)

    def call(self, case: Case[Any], known_instances: float = 0.8, likely_bodies: float = 0.5) -> Response:
        """Send a drawn request; some go to one of the instances, and some have a likely body."""
        likely = _LIKELY.get(case.operation.definition.raw["operationId"])
        if likely and _is_well_formed(case, ParameterLocation.BODY) and self._random.random() < likely_bodies:
            case.body = self._random.choice(likely)
        named = "instance_id" in case.path_parameters and _is_well_formed(case, ParameterLocation.PATH)
        if named and self._random.random() < known_instances:
            case.path_parameters["instance_id"] = self._instance(self._random.randrange(len(INSTANCES)))
        if case.operation.definition.raw["operationId"] in _ENDED_BY_SINCE:
            case.query = {"since": "", **(case.query or {})}
        response = case.call()
        self.statuses[response.status_code] += 1
        return response

    def check(self, case: Case[Any], response: Response) -> None:
        """Check the reply against the document.

        Raises:
            FailureGroup: the reply is a 5xx, undocumented, or not of the documented form; or the request was
                taken for well-formed, or for malformed, and was not.
        """
        excluded: list[Any] = [positive_data_acceptance]
        if _is_nothing(case.body) and not case.operation.definition.raw.get("requestBody", {}).get("required"):
            # Clients in some languages send null, or a line end, for an empty body.
            excluded.append(negative_data_rejection)
        case.validate_response(response, excluded_checks=excluded, additional_checks=[_is_not_called_malformed])

    def _instance(self, number: int) -> str:
        """The instance with the number, created again if it was deleted."""
        known = self._instances[number]
        if not known or self.send("get_env", path_parameters={"instance_id": known}).status_code != 200:
            made = self.send("create_env", body=INSTANCES[number], media_type="application/json")
            known = self._instances[number] = made.json()["instance_id"]
        return known


def _is_nothing(body: Any) -> bool:
    return body is None or (isinstance(body, bytes | str) and not body.strip())


def _is_endless(context: Any) -> bool:
    replies = context.operation.definition.raw["responses"]
    return any(kind in replies.get("200", {}).get("content", {}) for kind in _ENDLESS)


def _is_well_formed(case: Case[Any], location: ParameterLocation) -> bool:
    """Whether this part of the request was drawn to agree with the document."""
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and component.mode.is_positive


def _is_not_called_malformed(context: CheckContext, response: Response, case: Case[Any]) -> None:
    """A request that agrees with the document may be refused for its meaning, never for its form."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    problem = response.json()
    # A `value_error` is a rule that JSON Schema cannot express.
    malformed = [error for error in problem.get("errors", ()) if error["type"] != "value_error"]
    if problem["type"].endswith("invalid-request") and malformed:
        raise AssertionError(f"The document allows what is refused as malformed: {malformed}")
