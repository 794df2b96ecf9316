"""Each environment has values of its own for the names that its code binds in classes and modules."""

import sys
import zlib
from types import ModuleType
from typing import Any

import pytest

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt
from shared.snapshot.isolation.module_state import ModuleState, modules_behind

SOURCE = """
LIMIT = 3
ORIGIN = (0, 0.5)
table = {}

class Car:
    distance = 10.0
    made = None

    class Wheel:
        size = 1

def drive():
    return LIMIT
"""


@pytest.fixture
def cars(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A package of two modules, of which the first takes from the second."""
    modules = {name: ModuleType(name) for name in ("cars", "cars.other", "cars.unused")}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
        exec(SOURCE, vars(module))
    modules["cars"].Truck = modules["cars.other"].Car  # type: ignore[attr-defined]
    return modules["cars"]


def test_a_value_is_bound_while_its_environment_runs_and_the_process_has_its_own_back(cars: Any) -> None:
    first, second = ModuleState(["cars"]), ModuleState(["cars"])
    with first.lent():
        cars.Car.distance = 7
        cars.LIMIT += 1
    assert (cars.Car.distance, cars.LIMIT) == (10.0, 3)
    with second.lent():
        assert (cars.Car.distance, cars.LIMIT) == (10.0, 3)
        cars.LIMIT = 9
    with first.lent():
        assert (cars.Car.distance, cars.LIMIT) == (7, 4)


def test_the_values_are_carried_with_their_types(cars: Any) -> None:
    names, other = ModuleState(["cars"]), ModuleState(["cars"])
    with names.lent():
        cars.Car.distance, cars.ORIGIN = True, (1, 2.0, "x")
    other.set_state(names.state())
    assert other.state() == names.state()
    with other.lent():
        assert cars.Car.distance is True
        assert cars.ORIGIN == (1, 2.0, "x")


def test_a_name_that_is_new_or_gone_is_so_again(cars: Any) -> None:
    names, other = ModuleState(["cars"]), ModuleState(["cars"])
    with names.lent():
        cars.counter = 1
        cars.Car.serial = 5
        del cars.LIMIT
    assert not hasattr(cars, "counter")
    assert not hasattr(cars.Car, "serial")
    assert cars.LIMIT == 3
    other.set_state(names.state())
    with other.lent():
        assert (cars.counter, cars.Car.serial, hasattr(cars, "LIMIT")) == (1, 5, False)
    assert (hasattr(cars, "counter"), hasattr(cars.Car, "serial"), cars.LIMIT) == (False, False, 3)


def test_a_used_one_goes_back_to_what_was(cars: Any) -> None:
    """A live environment catches up with another process so, or is restored to a checkpoint."""
    names = ModuleState(["cars"])
    body = names.state()
    with names.lent():
        cars.LIMIT = 8
        cars.counter = 1
        del cars.ORIGIN
    later = names.state()
    names.set_state(body)
    assert names.state() == body
    with names.lent():
        assert (cars.LIMIT, cars.ORIGIN, hasattr(cars, "counter")) == (3, (0, 0.5), False)
    names.set_state(later)
    assert names.state() == later


def test_a_module_that_is_not_known_here_is_found_by_its_name(cars: Any) -> None:
    """An environment may have used more modules where it was than a new one does."""
    other = sys.modules["cars.other"]
    names, fewer = ModuleState(["cars", "cars.other"]), ModuleState(["cars"])
    with names.lent():
        other.LIMIT = 8  # type: ignore[attr-defined]
    fewer.set_state(names.state())
    assert fewer.state() == names.state()
    with fewer.lent():
        assert other.LIMIT == 8


def test_the_process_has_its_own_back_after_an_exception(cars: Any) -> None:
    names = ModuleState(["cars"])

    def fail() -> None:
        with names.lent():
            cars.LIMIT = 8
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert cars.LIMIT == 3


@pytest.mark.parametrize("value", [[1], {}, object(), (1, [2])])
def test_an_object_bound_to_a_name_is_refused(cars: Any, value: Any) -> None:
    names = ModuleState(["cars"])
    with names.lent():
        cars.Car.made = value
    with pytest.raises(NotPlain, match=r"cars:Car.made was bound to a"):
        names.state()


def test_an_object_that_was_bound_from_the_beginning_is_left_where_it_is(cars: Any) -> None:
    """What changes in it is not seen."""
    names = ModuleState(["cars"])
    with names.lent():
        cars.table["one"] = 1
    assert b"table" not in zlib.decompress(names.state())


def test_functions_classes_and_modules_are_code_and_no_state(cars: Any) -> None:
    held = zlib.decompress(ModuleState(["cars"]).state())
    assert b"distance" in held
    assert b"drive" not in held
    assert b"Truck" not in held


def test_unchanged_names_are_packed_once(cars: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ModuleState(["cars"])
    packed = names.state()
    monkeypatch.setattr(zlib, "compress", None)
    with names.lent():
        pass
    assert names.state() is packed


def test_a_restored_value_that_is_bound_already_is_not_bound_again(cars: Any) -> None:
    """A class finds its methods slowly after each binding."""
    names = ModuleState(["cars"])
    names.set_state(plain_copy(names.state()))
    held = cars.ORIGIN
    with names.lent():
        assert cars.ORIGIN is held


def plain_copy(packed: bytes) -> bytes:
    return zlib.compress(plain.dumps(plain.loads(zlib.decompress(packed))))


def test_names_of_what_is_not_here_are_refused() -> None:
    for scope in ("no_such_module", "sys:NoSuchClass"):
        with pytest.raises(SnapshotCorrupt, match=scope):
            ModuleState([]).set_state(zlib.compress(plain.dumps([[scope, {"a": 1}]])))


def test_the_modules_are_those_that_a_class_takes_something_from_in_its_own_package(cars: Any) -> None:
    cars.json = sys.modules["json"]
    assert modules_behind([cars.Car], ["cars", "json", "no_such_module"]) == {"cars", "cars.other"}
    assert modules_behind([cars.Car], []) == set()


def test_gymnasiums_own_classes_are_not_an_environments_to_change() -> None:
    import gymnasium

    assert modules_behind([gymnasium.Env], ["gymnasium.core"]) == set()
