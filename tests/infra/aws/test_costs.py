"""What the pages say of costs and capacity is what is computed, for the deployment as it is."""

import pytest
import yaml

from infra.aws import costs
from infra.aws.intrinsics import Loader
from infra.aws.template import PATH
from tests.servers import ROOT


def test_the_pages_have_the_tables_that_are_computed() -> None:
    assert "\n".join(costs.million_steps()) in (ROOT / "infra/README.md").read_text()
    assert "\n".join(costs.capacity()) in (ROOT / "infra/CAPACITY.md").read_text()


def test_the_memory_and_the_rate_are_the_templates_defaults() -> None:
    parameters = yaml.load(PATH.read_text(), Loader)["Parameters"]
    assert parameters["MemoryMiB"]["Default"] == costs.MEMORY_MIB
    assert parameters["RateLimit"]["Default"] == costs.RATE_LIMIT


def test_a_million_steps_one_by_one_cost_five_dollars_of_puts_on_s3_standard() -> None:
    assert costs.bill(1e6, costs.KEPT, costs.STANDARD).storage == pytest.approx(5.0)


def test_rollouts_divide_the_bill_by_almost_their_length() -> None:
    single = sum(costs.bill(1e6, costs.MOVED, costs.STANDARD))
    rollouts = sum(costs.bill(1e4, costs.ROLLOUTS, costs.STANDARD))
    assert 50 < single / rollouts < 100


def test_an_exploration_puts_nothing_and_costs_what_the_page_says() -> None:
    parts = costs.bill(1e6 / costs.EXPLORATIONS.steps, costs.EXPLORATIONS, costs.STANDARD)
    assert parts.storage < 1e-4
    assert f"a million steps cost ${sum(parts):.4f}" in (ROOT / "infra/README.md").read_text()
