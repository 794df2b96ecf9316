"""The dashboard and the alarms ask for metrics and labels that a server exposes, and leave none out."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.applications import Api
from tests.servers import ROOT

FOLDER = ROOT / "infra" / "grafana"
DASHBOARD: Mapping[str, Any] = json.loads((FOLDER / "dashboard.json").read_text())
RULES = yaml.safe_load((FOLDER / "alarms.yaml").read_text())["groups"][0]["rules"]
EXPRESSIONS = {
    **{panel["title"]: [target["expr"] for target in panel["targets"]] for panel in DASHBOARD["panels"]},
    **{rule["alert"]: [rule["expr"]] for rule in RULES},
    "variables": [each["query"] for each in DASHBOARD["templating"]["list"] if each["type"] == "query"],
}
ADDED = {"job", "instance", "le"}
"""Labels that Prometheus adds, and the histogram's own."""

_SELECTED = re.compile(r"\b(gym_http_\w+|up)\b(?:\{(.*?)\})?(?=[\s\[),=><]|$)")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"')


def exposed(api: Api) -> Mapping[str, Mapping[str, set[str]]]:
    """Each sample's name, and the values of its labels, on a server on which a little went well and badly."""
    instance = api.create()
    api.post(f"{instance}/reset/", {"seed": 1})
    api.post(f"{instance}/step/", {"action": 1})
    api.post(f"{instance}/step/", {"action": 7})
    api.post(f"{instance}/rollout/", {"actions": [1]})
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for family in text_string_to_metric_families(api.get("/metrics").content.decode()):
        for sample in family.samples:
            for label, value in sample.labels.items():
                found[sample.name][label].add(value)
            found[sample.name].update()
    return found


def selections() -> Iterator[tuple[str, str, dict[str, tuple[str, str]]]]:
    """Of every expression its owner, each metric in it, and the matchers of its labels."""
    for owner, expressions in EXPRESSIONS.items():
        for expression in expressions:
            for name, matchers in _SELECTED.findall(expression):
                yield owner, name, {label: (how, value) for label, how, value in _MATCHER.findall(matchers)}


def test_every_metric_that_is_asked_for_is_exposed_with_the_labels_that_are(local: Api) -> None:
    found, asked = exposed(local), [*selections()]
    assert len(asked) >= sum(len(expressions) for expressions in EXPRESSIONS.values())
    for owner, name, matchers in asked:
        assert name == "up" or name in found, f"{owner}: {name}"
        assert name == "up" or set(matchers) - ADDED <= set(found[name]), f"{owner}: {name} has no such label"


def test_every_metric_is_shown(local: Api) -> None:
    shown = {name.removesuffix("_bucket") for owner, name, _ in selections() if owner in PANELS}
    families = {
        name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in exposed(local)
    }
    assert families - shown == set()


PANELS = {panel["title"] for panel in DASHBOARD["panels"]}


def test_a_sum_keeps_labels_that_its_metrics_have(local: Api) -> None:
    found = exposed(local)
    for expressions in EXPRESSIONS.values():
        for expression in expressions:
            names = {name for name, _ in _SELECTED.findall(expression)} - {"up"}
            for labels in re.findall(r"by \(([\w, ]+)\)", expression):
                assert set(labels.split(", ")) - ADDED <= set.union(*(set(found[name]) for name in names)), (
                    expression
                )


def test_endpoints_and_phases_that_are_chosen_are_there(local: Api) -> None:
    found = exposed(local)
    for owner, name, matchers in selections():
        for label in ("endpoint", "phase", "operation"):
            how, value = matchers.get(label, ("", ""))
            known = found[name][label]
            if how == "=":
                assert value in known, f"{owner}: {value}"
            elif how == "=~":
                assert any(re.fullmatch(value.replace("\\\\", "\\"), each) for each in known), f"{owner}: {value}"


def test_problems_and_outcomes_that_are_chosen_exist() -> None:
    from shared.web.protocol import problems

    kinds = {kind.name for kind in problems.PROBLEMS.values()} | {problems.INTERNAL.name}
    chosen = [matchers["problem"] for _, _, matchers in selections() if "problem" in matchers]
    assert chosen
    for how, value in chosen:
        found = {kind for kind in kinds if re.fullmatch(value, kind)}
        wanted = len(re.sub(r".*\((.*)\)", r"\1", value).split("|")) if how == "=~" else 1
        assert len(found) == wanted, value


def test_panels_have_ids_of_their_own_and_do_not_lie_on_each_other() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert all(panel["description"] for panel in panels)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alarm_is_explained_where_the_operator_reads(rule: Mapping[str, Any]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    [row] = re.findall(rf"^\| `{rule['alert']}` \|(.*)\|$", page, re.MULTILINE)
    threshold, meaning, remedy = (cell.strip() for cell in row.split("|"))
    assert threshold
    assert meaning
    assert remedy
    assert rule["labels"]["severity"] in ("page", "ticket")
