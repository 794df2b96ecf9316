"""The metrics of several workers as one: prometheus_client's multiprocess mode, in a folder of the parent's.

Each worker counts in files of its own, so nothing is lost when it is killed, and any of them can tell the sum. The
library keeps the files of workers that have ended for ever; here they are added up into one.

Knows prometheus_client, and is imported by servers alone.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shared import variables

_IN_MEMORY = Path("/dev/shm")
"""A write to a mapped file ends the process where the disk is full, so the files are not on one if that can be."""

_ENDED = "ended"
"""Stands where another file has the process's id."""


class SharedCounts(Collector):
    """What the workers of one parent have counted, those that have ended too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def registry(self) -> CollectorRegistry:
        """A registry with the sums."""
        registry = CollectorRegistry()
        registry.register(self)
        return registry

    def collect(self) -> Iterable[Metric]:
        """The sums, as they are now."""
        with self._locked(alone=False):
            return [*MultiProcessCollector(None, str(self._folder)).collect()]  # type: ignore[no-untyped-call]

    def end(self, pid: int) -> None:
        """Keep what a process that has ended has counted, without its files. Its gauges count no more."""
        with self._locked(alone=True):
            for file in self._folder.glob(f"*_{pid}.db"):
                if not file.name.startswith("gauge_"):
                    _add(file, file.with_name(f"{file.name.partition('_')[0]}_{_ENDED}.db"))
                file.unlink()

    @contextmanager
    def _locked(self, *, alone: bool) -> Iterator[None]:
        """Within the block no count is moved, and if it is `alone` none is read. A dead process locks nothing."""
        import fcntl  # Windows has none; one server alone runs there and shares no counts

        with (self._folder / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield


@contextmanager
def shared_counts() -> Iterator[SharedCounts]:
    """A folder in which this process's workers count, as long as the block lasts."""
    with tempfile.TemporaryDirectory(
        prefix="gym-http-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None
    ) as folder:
        variables.count_in(folder)
        yield SharedCounts(Path(folder))


def _add(file: Path, total: Path) -> None:
    """Add every count in the file to the total's."""
    sums = MmapedDict(str(total))  # type: ignore[no-untyped-call]
    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
        sums.write_value(key, sums.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
    sums.close()  # type: ignore[no-untyped-call]
