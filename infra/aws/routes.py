"""Which function a request goes to, as an HTTP API of API Gateway decides.

Source: "Routing API requests" in the API Gateway developer guide. A path's last slash is part of it: a route
without one does not match a path with one, and a greedy variable also matches the empty rest after it.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from infra.aws.template import DEFAULT_ROUTE, Function, Route

_VARIABLE = re.compile(r"\{(\w+)(\+?)\}")


class Match(NamedTuple):
    """A request's function and route, and the values of its path's variables."""

    function: Function
    route: Route
    parameters: dict[str, str]


class Routes:
    """The routes of all functions. The most specific match wins; greedy routes come late, the default one last."""

    def __init__(self, functions: Iterable[Function]) -> None:
        declared = [(function, route) for function in functions for route in function.routes]
        # Of two that match, the one with more fixed characters comes first.
        declared.sort(key=lambda each: (each[1].path.endswith("+}"), -len(_VARIABLE.sub("", each[1].path))))
        self._routes = [(function, route, _pattern(route.path)) for function, route in declared]

    def find(self, method: str, path: str) -> Match | None:
        """The match for the method and path; None if no route matches and none takes the rest."""
        for function, route, pattern in self._routes:
            found = pattern.fullmatch(path) if route.method == method else None
            if found:
                return Match(function, route, found.groupdict())
        return next((Match(each, route, {}) for each, route, _ in self._routes if route == DEFAULT_ROUTE), None)


def _pattern(path: str) -> re.Pattern[str]:
    fixed = _VARIABLE.split(path)
    parts = [re.escape(fixed[0])]
    for name, greedy, after in zip(fixed[1::3], fixed[2::3], fixed[3::3], strict=True):
        parts += [f"(?P<{name}>{'.*' if greedy else '[^/]+'})", re.escape(after)]
    return re.compile("".join(parts))
