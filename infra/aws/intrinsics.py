"""The intrinsic functions of CloudFormation that `template.yaml` uses.

Source: "Intrinsic function reference" in the AWS CloudFormation user guide.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_NO_VALUE = "AWS::NoValue"


class Loader(yaml.CSafeLoader):
    """Reads YAML whose tags are intrinsic functions: `!Ref X` is the mapping `{"Ref": "X"}`."""


def _tagged(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", _tagged)


class Resolver:
    """Resolves a template's values from its parameters and the names of its resources."""

    def __init__(self, template: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """`known` has the values of `Ref` by name: of resources, and of parameters without a default."""
        defaults = {
            name: declared["Default"] for name, declared in template["Parameters"].items() if "Default" in declared
        }
        self._known = {**defaults, **known}
        self._lists = {
            name for name, declared in template["Parameters"].items() if declared["Type"] == "CommaDelimitedList"
        }
        self._mappings: Mapping[str, Any] = template.get("Mappings", {})
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})

    def value(self, node: Any) -> Any:
        """The node with every intrinsic function in it replaced by its value.

        Raises:
            LookupError: it refers to an unknown name, or to a function that this class does not have.
        """
        if isinstance(node, list):
            return [value for item in node if (value := self.value(item)) != _NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            function = self._functions().get(name)
            if function is not None:
                return function(argument)
            if name.startswith("Fn::"):
                raise LookupError(f"{name} is not understood here.")
        return {name: value for name, item in node.items() if (value := self.value(item)) != _NO_VALUE}

    def _functions(self) -> Mapping[str, Callable[[Any], Any]]:
        return {
            "Ref": self._ref,
            "Condition": lambda name: self.value(self._conditions[name]),
            "Fn::Sub": lambda text: _VARIABLE.sub(lambda found: str(self._ref(found[1])), text),
            "Fn::Join": lambda pair: pair[0].join(self.value(pair[1])),
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": lambda three: self.value(three[1 if self.value(self._conditions[three[0]]) else 2]),
            "Fn::Equals": lambda pair: self.value(pair[0]) == self.value(pair[1]),
            "Fn::And": lambda each: all(self.value(item) for item in each),
            "Fn::Not": lambda one: not self.value(one[0]),
            "Fn::GetAtt": lambda path: self._ref(path if isinstance(path, str) else ".".join(path)),
        }

    def _ref(self, name: str) -> Any:
        if name == _NO_VALUE:
            return _NO_VALUE
        value = self._known[name]
        return value.split(",") if name in self._lists else value

    def _find_in_map(self, path: list[Any]) -> Any:
        table, first, second = (self.value(part) for part in path)
        return self._mappings[table][str(first)][second]
