"""A program for the SAM CLI's own interpreter: what `sam local` gives a function's container, without Docker.

Reads a list of requests, `[method, path, body]`, on standard input. Writes, as JSON, for each of them the
function, its handler, its variables and the event that `sam local start-api` makes.
"""

import json
import re
import sys
from typing import Any

from flask import Request
from samcli.commands.local.lib.local_lambda import LocalLambdaRunner
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider
from samcli.local.apigw.event_constructor import construct_v2_event_http
from werkzeug.test import EnvironBuilder


def main(template: str, variables: str, *parameters: str) -> None:
    """Resolve what `--env-vars` and `--parameter-overrides` come to, for the function of each request."""
    with open(variables) as file:
        overrides = json.load(file)
    stacks, _ = SamLocalStackProvider.get_stacks(
        template, parameter_overrides=dict(each.split("=", 1) for each in parameters)
    )
    functions = SamFunctionProvider(stacks)
    runner = LocalLambdaRunner(None, functions, ".", ".", aws_region="us-east-1", env_vars_values=overrides)
    routes = ApiProvider(stacks, ".").api.routes
    answers = []
    for method, path, body in json.load(sys.stdin):
        route, found = match(routes, method, path)
        function = functions.get(route.function_name)
        builder = EnvironBuilder(path, "http://127.0.0.1:3000", method=method, json=body)
        request = Request(builder.get_environ())
        request.view_args = found.groupdict()
        event = construct_v2_event_http(request, 3000, [], route_key=f"{method} {route.path}")
        resolved = runner._make_env_vars(function).resolve()
        answers.append([function.name, function.handler, resolved, event])
    json.dump(answers, sys.stdout)


def match(routes: list[Any], method: str, path: str) -> tuple[Any, re.Match[str]]:
    """The route of the fewest variables that takes the request."""
    matches = [
        (route, found)
        for route in routes
        if method in route.methods
        and (found := re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path), path))
    ]
    return min(matches, key=lambda each: each[0].path.count("{"))


if __name__ == "__main__":
    main(*sys.argv[1:])
