"""Each rule for a shared store is noticed to be broken."""

from collections.abc import Callable

import pytest

from shared.storage.memory import MemoryStore
from shared.storage.testing.sharing import SharingRules
from tests.shared.storage.testing import broken
from tests.shared.storage.testing.broken import NOTICED, followed, rules_of

Openers = Callable[[MemoryStore], MemoryStore]
"""Opens the place once more."""

BREAKERS: dict[str, list[Openers]] = {
    "test_it_says_that_it_is_shared": [lambda _: MemoryStore()],
    "test_a_write_is_seen_by_whoever_opens_the_same_address": [
        lambda _: broken.SaysThatItIsShared(),
        broken.ReadsWhatItWrote,
    ],
    "test_expectations_hold_between_two_that_opened_the_same_address": [
        lambda _: broken.SaysThatItIsShared(),
        broken.ExpectsWhatItWrote,
    ],
}


def opened(rule: str, opener: Openers) -> list[MemoryStore]:
    """The stores that the rule takes, over one place."""
    place = MemoryStore()
    return [opener(place) for _ in range(1 if rule == "test_it_says_that_it_is_shared" else 2)]


@pytest.mark.parametrize("rule", BREAKERS)
def test_a_store_that_keeps_the_rule_passes_it(rule: str) -> None:
    one = broken.SaysThatItIsShared()
    followed(getattr(SharingRules(), rule), *opened(rule, lambda _: one))


@pytest.mark.parametrize(
    ("rule", "opener"), [(rule, opener) for rule, each in BREAKERS.items() for opener in each]
)
def test_a_store_that_breaks_the_rule_fails_it(rule: str, opener: Openers) -> None:
    with pytest.raises(NOTICED):
        followed(getattr(SharingRules(), rule), *opened(rule, opener))


def test_every_rule_has_a_store_that_breaks_it() -> None:
    assert rules_of(SharingRules) == set(BREAKERS)
