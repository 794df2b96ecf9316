"""What a snapshot depends on: library versions, which must match, and CPU features, which are only reported.

NumPy's `exp`, `tanh` and `sin` differ in the last bit between processors with and without AVX2 or AVX512.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np

from shared.errors import SnapshotIncompatible


def check_libraries(written: Mapping[str, str], here: Mapping[str, str]) -> None:
    """Check that the libraries have the versions that wrote the snapshot.

    Raises:
        SnapshotIncompatible: a version differs; the message names both.
    """
    differing = [
        f"{name} {written.get(name, 'none')} (here {here.get(name, 'none')})"
        for name in sorted({*written, *here})
        if written.get(name) != here.get(name)
    ]
    if differing:
        raise SnapshotIncompatible(
            f"The snapshot was written with {', '.join(differing)}; "
            "serve it with those versions or create a new instance.",
            written=dict(written),
            here=dict(here),
        )


@cache
def cpu_features() -> str:
    """The optional instruction sets that NumPy uses in this process, such as `X86_V3 X86_V4`."""
    found: list[str] = np.show_config("dicts")["SIMD Extensions"].get("found", [])
    return " ".join(found)
