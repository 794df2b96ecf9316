"""Each environment draws from global generators and entropy of its own, and leaves the process's alone."""

import random
import threading
from typing import Any

import numpy as np
import pytest

from shared.errors import SnapshotCorrupt
from shared.snapshot.codec import plain
from shared.snapshot.isolation.global_rng import Chance
from shared.snapshot.making.recipe import Recipe

SEED = bytes(range(16))


def draws() -> list[float]:
    """From every source, an odd number of normal deviates among them: the next one is held back."""
    return [
        random.random(),
        random.gauss(0, 1),
        float(np.random.normal()),
        float(np.random.rand()),
        float(np.random.default_rng().random()),
    ]


def drawn(chance: Chance) -> list[float]:
    with chance.lent():
        return draws()


def test_two_with_one_seed_draw_the_same_and_with_another_do_not() -> None:
    assert drawn(Chance(SEED)) == drawn(Chance(SEED)) != drawn(Chance(SEED[::-1]))


def test_draws_go_on_where_they_stopped_also_in_turns_with_another() -> None:
    """What one environment draws does not depend on who else lives in the process."""
    alone, first, second = Chance(SEED), Chance(SEED), Chance(SEED[::-1])
    expected = [drawn(alone) for _ in range(3)]
    found = []
    for _ in range(3):
        found.append(drawn(first))
        drawn(second)
        draws()
    assert found == expected


def test_the_process_draws_what_it_would_have_drawn() -> None:
    """But for a normal deviate that `np.random` has held back."""
    random.seed(1)
    np.random.seed(1)
    expected = [random.random(), np.random.rand()]
    random.seed(1)
    np.random.seed(1)
    drawn(Chance(SEED))
    assert [random.random(), np.random.rand()] == expected


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_process_has_its_own_back_after_an_exception(error: type[BaseException]) -> None:
    def draw_and_fail() -> None:
        with Chance(SEED).lent():
            random.random()
            raise error

    state = random.getstate()
    with pytest.raises(error):
        draw_and_fail()
    assert random.getstate() == state
    assert np.random.default_rng().random() != np.random.default_rng().random()


@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_a_state_carried_as_plain_data_goes_on_alike(times: int) -> None:
    """Also with a deviate held back, in `random` and in `np.random`."""
    chance, other = Chance(SEED), Chance(SEED[::-1])
    drawn(other)
    for _ in range(times):
        drawn(chance)
    other.set_state(plain.loads(plain.dumps(chance.state())))
    assert plain.dumps(other.state()) == plain.dumps(chance.state())
    assert [drawn(other) for _ in range(3)] == [drawn(chance) for _ in range(3)]


def test_an_environment_that_draws_nothing_costs_a_few_bytes() -> None:
    """Used, the two generators are 5 KB that do not compress."""
    chance = Chance(SEED)
    with chance.lent():
        pass
    assert len(plain.dumps(chance.state())) < 40
    drawn(chance)
    assert len(plain.dumps(chance.state())) > 5000


def test_a_second_deviate_that_was_held_back_is_noticed() -> None:
    """It is given without a draw from the generator, whose state then stays the same."""
    chance = Chance(SEED)
    with chance.lent():
        first = np.random.normal()
    held = plain.dumps(chance.state())
    with chance.lent():
        second = np.random.normal()
    assert first != second
    assert plain.dumps(chance.state()) != held


def test_a_generator_that_an_environment_puts_behind_np_random_is_kept() -> None:
    exchange: Any = np.random
    chance, other = Chance(SEED), Chance(SEED)
    with chance.lent():
        exchange.set_bit_generator(np.random.PCG64(3))
        np.random.rand()
    other.set_state(plain.loads(plain.dumps(chance.state())))
    assert drawn(other) == drawn(chance)
    assert type(exchange.get_bit_generator()) is np.random.MT19937


def test_another_threads_entropy_is_the_systems() -> None:
    """A generator made without a seed elsewhere in the process neither uses up nor learns this one's."""
    found: list[float] = []
    chance = Chance(SEED)
    with chance.lent():
        thread = threading.Thread(target=lambda: found.append(np.random.default_rng().random()))
        thread.start()
        thread.join()
        own = np.random.default_rng().random()
    with Chance(SEED).lent():
        assert np.random.default_rng().random() == own
    assert found != [own]


def test_only_one_environment_has_the_generators_at_a_time() -> None:
    """They are the process's: of two threads one waits."""
    order: list[int] = []

    def use(number: int, begun: threading.Event, go_on: threading.Event) -> None:
        begun.set()
        with Chance(SEED).lent():
            order.append(number)
            go_on.wait(5)
            order.append(number)

    go_on = threading.Event()
    begun = [threading.Event(), threading.Event()]
    threads = [threading.Thread(target=use, args=(number, begun[number], go_on)) for number in (0, 1)]
    for thread, event in zip(threads, begun, strict=True):
        thread.start()
        event.wait(5)
    go_on.set()
    for thread in threads:
        thread.join()
    assert order in ([0, 0, 1, 1], [1, 1, 0, 0])


def test_a_recipes_seed_decides_and_without_one_each_is_different() -> None:
    assert drawn(Chance.of(Recipe("A", seed=1))) == drawn(Chance.of(Recipe("B", seed=1)))
    assert drawn(Chance.of(Recipe("A", seed=1))) != drawn(Chance.of(Recipe("A", seed=2)))
    assert drawn(Chance.of(Recipe("A"))) != drawn(Chance.of(Recipe("A")))


def test_reseeding_begins_anew_as_a_function_of_what_is_given() -> None:
    """So that forks differ from one another, and reproducibly."""
    first, second = Chance(SEED), Chance(SEED[::-1])
    drawn(first)
    for chance in (first, second):
        chance.reseed(7, (0,))
    assert drawn(first) == drawn(second) != drawn(Chance(SEED))


@pytest.mark.parametrize(
    "state", [None, [], [SEED], [SEED, 0, None, 3], ["text", 0, None, None], [SEED, 0, (3,), None]]
)
def test_what_is_no_state_is_refused(state: Any) -> None:
    with pytest.raises(SnapshotCorrupt):
        Chance(SEED).set_state(state)


def test_numpy_still_draws_its_entropy_where_it_is_exchanged() -> None:
    """A release of numpy that draws it elsewhere fails here."""
    with Chance(SEED).lent():
        assert np.random.SeedSequence().entropy == Chance(SEED).entropy(128)
