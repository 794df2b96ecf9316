"""`template.yaml` as the emulator and the tests read it: functions, their routes and their rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from infra.aws.intrinsics import Loader, Resolver

PATH = Path(__file__).parents[2] / "template.yaml"
BUCKET = "SnapshotBucket"
"""The logical name of the bucket of snapshots."""
STACK = "gym"
"""The stack's name where `known` gives no `AWS::StackName`; that of the deployment's own instructions."""


class Route(NamedTuple):
    """A method and a path of API Gateway, such as `/v1/envs/{instance_id}`."""

    method: str
    path: str

    @property
    def key(self) -> str:
        """Its name in an event."""
        return self.path if self == DEFAULT_ROUTE else f"{self.method} {self.path}"


DEFAULT_ROUTE = Route("ANY", "$default")
"""Takes what no other route takes."""


class Grant(NamedTuple):
    """An action on the snapshot bucket and the keys it is granted on, such as `state/*`."""

    action: str
    keys: str


@dataclass(frozen=True)
class Function:
    """One Lambda function."""

    name: str
    """Its logical name: `StepEnvFunction`."""
    handler: str
    """Dotted, as the runtime takes it: `functions.step_env.handler`."""
    routes: tuple[Route, ...]
    environment: Mapping[str, str]
    memory_mib: int
    timeout_s: int
    grants: frozenset[Grant]
    """Those that it always has; what depends on a parameter, the use of a key of KMS, is not among them."""

    @property
    def endpoint(self) -> str:
        """The name of its module: `step_env`."""
        return self.handler.split(".")[1]


@dataclass(frozen=True)
class Cors:
    """The answers of API Gateway to preflight requests."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age_s: int


@dataclass(frozen=True)
class Template:
    """A deployment whose parameters are filled in."""

    functions: tuple[Function, ...]
    cors: Cors


def read(known: Mapping[str, Any], path: Path = PATH) -> Template:
    """Read the template. `known` has its parameters' values and its resources' names, by logical name.

    Raises:
        LookupError: `known` lacks one that the template needs.
    """
    raw = yaml.load(path.read_text(), Loader)
    resolver = Resolver(raw, {"AWS::StackName": STACK, **known})
    shared = raw["Globals"]["Function"]
    functions = [
        _function(name, resource["Properties"], shared, raw["Resources"], resolver)
        for name, resource in raw["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    cors = resolver.value(raw["Resources"]["Api"]["Properties"]["CorsConfiguration"])
    return Template(
        tuple(functions),
        Cors(
            origins=tuple(cors["AllowOrigins"]),
            methods=tuple(cors["AllowMethods"]),
            headers=tuple(cors["AllowHeaders"]),
            exposed=tuple(cors["ExposeHeaders"]),
            max_age_s=cors["MaxAge"],
        ),
    )


def _function(
    name: str, own: Mapping[str, Any], shared: Mapping[str, Any], resources: Mapping[str, Any], resolver: Resolver
) -> Function:
    properties = {**shared, **own}
    variables = {**shared["Environment"]["Variables"], **own.get("Environment", {}).get("Variables", {})}
    events = own.get("Events", {}).values()
    policies = [_document(policy, resources) for policy in own.get("Policies", ())]
    statements = [
        statement for policy in policies for statement in policy["Statement"] if "Fn::If" not in statement
    ]
    return Function(
        name=name,
        handler=properties["Handler"],
        routes=tuple(_route(event["Properties"]) for event in events if event["Type"] == "HttpApi"),
        environment={variable: str(value) for variable, value in resolver.value(variables).items()},
        memory_mib=int(resolver.value(properties["MemorySize"])),
        timeout_s=int(properties["Timeout"]),
        grants=frozenset(grant for statement in statements for grant in _grants(statement)),
    )


def _route(event: Mapping[str, Any]) -> Route:
    return Route(event["Method"], event["Path"]) if "Path" in event else DEFAULT_ROUTE


def _document(policy: Mapping[str, Any], resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """The statements of a policy that is a resource of its own, or that stands with the function."""
    document: Mapping[str, Any] = (
        resources[policy["Ref"]]["Properties"]["PolicyDocument"] if "Ref" in policy else policy
    )
    return document


def _grants(statement: Mapping[str, Any]) -> list[Grant]:
    """A statement's grants. Those on the bucket itself are limited by the prefixes of their condition."""
    prefixes = [keys for test in statement.get("Condition", {}).values() for keys in _listed(test["s3:prefix"])]
    objects = [
        resource["Fn::Sub"].removeprefix(f"${{{BUCKET}.Arn}}/")
        for resource in _listed(statement["Resource"])
        if "Fn::Sub" in resource
    ]
    return [Grant(action, keys) for action in _listed(statement["Action"]) for keys in prefixes or objects]


def _listed(one_or_many: Any) -> list[Any]:
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]
