"""One changing attribute, read as plain data and written back in this or another process."""

import time
import zlib
from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from shared.codec import plain
from shared.snapshot.attributes.attributes import Clock, Frames, Plain


def carried(value: Any) -> Any:
    """As it goes through a body."""
    return plain.loads(plain.dumps(value))


@pytest.mark.parametrize("value", [3, None, "a", (1, [2]), deque([1.5], 4), np.float32(0.1)])
def test_an_attribute_is_read_and_written(value: Any) -> None:
    there, here = SimpleNamespace(state=value), SimpleNamespace(state="another")
    Plain("state").of(here).write(carried(Plain("state").of(there).read()))
    assert type(here.state) is type(value)
    assert here.state == value


def test_an_attribute_that_does_not_exist_is_removed_where_it_does() -> None:
    """Some are set by the first reset only; a used environment that goes back loses them again."""
    there, here = SimpleNamespace(), SimpleNamespace(state=3)
    Plain("state").of(here).write(carried(Plain("state").of(there).read()))
    assert not hasattr(here, "state")
    Plain("state").of(here).write(plain.MISSING)


def test_a_dotted_name_reaches_into_an_object() -> None:
    there, here = (SimpleNamespace(rms=SimpleNamespace(mean=np.full(2, value))) for value in (1.5, 0.0))
    Plain("rms.mean").of(here).write(carried(Plain("rms.mean").of(there).read()))
    assert here.rms.mean.tolist() == [1.5, 1.5]


def test_an_attribute_of_the_class_is_not_the_objects() -> None:
    """It would be written to the object, which then no longer follows its class."""

    class Owner:
        state = 3

    assert Plain("state").of(Owner()).read() is plain.MISSING


def test_a_reading_of_the_clock_goes_on_in_a_process_whose_clock_began_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, here = SimpleNamespace(began=time.perf_counter() - 7), SimpleNamespace(began=0.0)
    value = carried(Clock("began").of(there).read())
    clock = time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + 1000)
    Clock("began").of(here).write(value)
    assert time.perf_counter() - here.began == pytest.approx(7, abs=0.5)


def test_an_unchanged_reading_of_the_clock_is_read_alike_also_once_written() -> None:
    """The two clocks are never read at the same instant, and what has not changed must not be written again."""
    owner = SimpleNamespace(began=time.perf_counter())
    attribute = Clock("began").of(owner)
    value = attribute.read()
    time.sleep(0.001)
    assert attribute.read() == value
    attribute.write(value - 5)
    assert attribute.read() == value - 5
    owner.began = time.perf_counter()
    assert attribute.read() == pytest.approx(time.time(), abs=0.5)


def test_frames_come_back_with_their_bits() -> None:
    turned = np.arange(24, dtype=np.uint8).reshape(2, 3, 4).transpose(1, 0, 2)
    there, here = SimpleNamespace(frames=[turned, "text"]), SimpleNamespace(frames=[])
    Frames("frames").of(here).write(carried(Frames("frames").of(there).read()))
    assert here.frames[0].tolist() == turned.tolist()
    assert here.frames[0].dtype == np.uint8
    assert here.frames[1] == "text"


def test_a_frame_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is captured after every step, and grows by a megabyte each time."""
    compressed: list[int] = []
    compress = zlib.compress
    monkeypatch.setattr(zlib, "compress", lambda data, level: (compressed.append(1), compress(data, level))[1])  # type: ignore[func-returns-value]
    owner = SimpleNamespace(frames=[np.zeros((8, 8, 3), np.uint8)])
    attribute = Frames("frames").of(owner)
    first = attribute.read()
    assert attribute.read() == first
    owner.frames.append(np.ones((8, 8, 3), np.uint8))
    assert attribute.read()[:1] == first
    assert len(compressed) == 2
    attribute.write(carried(attribute.read()))
    attribute.read()
    assert len(compressed) == 2


def test_a_list_of_frames_that_was_emptied_is_empty() -> None:
    owner = SimpleNamespace(frames=[np.zeros(3, np.uint8)])
    attribute = Frames("frames").of(owner)
    attribute.read()
    owner.frames = []
    assert attribute.read() == []
