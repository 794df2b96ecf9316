"""Each environment draws from global generators and entropy of its own, and leaves the process's alone."""

import random
import threading
from typing import Any

import numpy as np
import pytest

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.isolation.global_rng import GlobalRng

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


def drawn(global_rng: GlobalRng) -> list[float]:
    with global_rng.lent():
        return draws()


def test_two_with_one_seed_draw_the_same_and_with_another_do_not() -> None:
    assert drawn(GlobalRng(SEED)) == drawn(GlobalRng(SEED)) != drawn(GlobalRng(SEED[::-1]))


def test_draws_go_on_where_they_stopped_also_in_turns_with_another() -> None:
    """What one environment draws does not depend on who else lives in the process."""
    alone, first, second = GlobalRng(SEED), GlobalRng(SEED), GlobalRng(SEED[::-1])
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
    drawn(GlobalRng(SEED))
    assert [random.random(), np.random.rand()] == expected


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_process_has_its_own_back_after_an_exception(error: type[BaseException]) -> None:
    def draw_and_fail() -> None:
        with GlobalRng(SEED).lent():
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
    global_rng, other = GlobalRng(SEED), GlobalRng(SEED[::-1])
    drawn(other)
    for _ in range(times):
        drawn(global_rng)
    other.set_state(plain.loads(plain.dumps(global_rng.state())))
    assert plain.dumps(other.state()) == plain.dumps(global_rng.state())
    assert [drawn(other) for _ in range(3)] == [drawn(global_rng) for _ in range(3)]


def test_an_environment_that_draws_nothing_costs_a_few_bytes() -> None:
    """Used, the two generators are 5 KB that do not compress."""
    global_rng = GlobalRng(SEED)
    with global_rng.lent():
        pass
    assert len(plain.dumps(global_rng.state())) < 40
    drawn(global_rng)
    assert len(plain.dumps(global_rng.state())) > 5000


def test_a_second_deviate_that_was_held_back_is_noticed() -> None:
    """It is given without a draw from the generator, whose state then stays the same."""
    global_rng = GlobalRng(SEED)
    with global_rng.lent():
        first = np.random.normal()
    held = plain.dumps(global_rng.state())
    with global_rng.lent():
        second = np.random.normal()
    assert first != second
    assert plain.dumps(global_rng.state()) != held


def test_a_generator_that_an_environment_puts_behind_np_random_is_kept() -> None:
    exchange: Any = np.random
    global_rng, other = GlobalRng(SEED), GlobalRng(SEED)
    with global_rng.lent():
        exchange.set_bit_generator(np.random.PCG64(3))
        np.random.rand()
    other.set_state(plain.loads(plain.dumps(global_rng.state())))
    assert drawn(other) == drawn(global_rng)
    assert type(exchange.get_bit_generator()) is np.random.MT19937


def test_another_threads_entropy_is_the_systems() -> None:
    """A generator made without a seed elsewhere in the process neither uses up nor learns this one's."""
    found: list[float] = []
    global_rng = GlobalRng(SEED)
    with global_rng.lent():
        thread = threading.Thread(target=lambda: found.append(np.random.default_rng().random()))
        thread.start()
        thread.join()
        own = np.random.default_rng().random()
    with GlobalRng(SEED).lent():
        assert np.random.default_rng().random() == own
    assert found != [own]


def test_only_one_environment_has_the_generators_at_a_time() -> None:
    """They are the process's: of two threads one waits."""
    order: list[int] = []

    def use(number: int, begun: threading.Event, go_on: threading.Event) -> None:
        begun.set()
        with GlobalRng(SEED).lent():
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
    assert drawn(GlobalRng.of(1)) == drawn(GlobalRng.of(1))
    assert drawn(GlobalRng.of(1)) != drawn(GlobalRng.of(2))
    assert drawn(GlobalRng.of(None)) != drawn(GlobalRng.of(None))


def test_reseeding_begins_anew_as_a_function_of_what_is_given() -> None:
    """So that forks differ from one another, and reproducibly."""
    first, second = GlobalRng(SEED), GlobalRng(SEED[::-1])
    drawn(first)
    for global_rng in (first, second):
        global_rng.reseed(7, (0,))
    assert drawn(first) == drawn(second) != drawn(GlobalRng(SEED))


@pytest.mark.parametrize(
    "state", [None, [], [SEED], [SEED, 0, None, 3], ["text", 0, None, None], [SEED, 0, (3,), None]]
)
def test_what_is_no_state_is_refused(state: Any) -> None:
    with pytest.raises(SnapshotCorrupt):
        GlobalRng(SEED).set_state(state)


def test_numpy_still_draws_its_entropy_where_it_is_exchanged() -> None:
    """A release of numpy that draws it elsewhere fails here."""
    with GlobalRng(SEED).lent():
        assert np.random.SeedSequence().entropy == GlobalRng(SEED).entropy(128)
