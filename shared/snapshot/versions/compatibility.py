"""Whether what is installed here continues a snapshot bit for bit, and what the caller is told about it.

Processors are never a reason to refuse: NumPy's `exp`, `tanh` and `sin` differ in the last bit between those with
and without AVX2 or AVX512, and the reply says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from shared.errors import SnapshotIncompatible
from shared.snapshot.versions.distributions import PYTHON, version_here
from shared.snapshot.versions.files_digest import files_digest
from shared.snapshot.versions.numpy_digest import numpy_digest
from shared.snapshot.versions.proved import continuing, proves

Accept = Literal["proved", "exact"]
"""Versions other than those that wrote a snapshot: those that were proved equal, or none."""

ENGINES = frozenset({"ale-py", "box2d", "box2d-py", "jax", "jaxlib", "mujoco"})
"""Of these only equal versions are accepted: their state is read from memory, or compiled anew by each release."""

_PICKLES = "cloudpickle"
"""Whoever depends on it has a body that is an object graph."""


class Dependencies(NamedTuple):
    """What a snapshot depends on, where it was written or here."""

    versions: Mapping[str, str]
    """By distribution."""
    digests: Mapping[str, str]
    """Of what NumPy computes, and of the files of packages in pure Python, by `DISTRIBUTION VERSION`."""
    cpu: str
    """As `cpu_features`."""


def dependencies_here(names: Iterable[str]) -> Dependencies:
    """What a snapshot that depends on these distributions depends on here."""
    versions = {name: version_here(name) for name in names}
    digests = {
        f"{name} {version}": digest
        for name, version in versions.items()
        if (digest := digest_here(name)) is not None
    }
    return Dependencies(versions, digests, cpu_features())


def digest_here(name: str) -> str | None:
    """The digest by which another version of a distribution may be equal to this one; None if there is none."""
    if name == "numpy":
        return numpy_digest()
    tabled = name in ("gymnasium", *ENGINES)
    return None if name == PYTHON or tabled else files_digest(name)


def check_continues(
    written: Dependencies, names: Iterable[str], parts: Sequence[str], accept: Accept = "proved"
) -> str | None:
    """Check that what is installed here continues a snapshot exactly; what differs, in words, or None.

    `names` are the distributions that it depends on here, and `parts` what it is of, as in the lines of
    `proved.json`.

    Raises:
        SnapshotIncompatible: a version differs and is not known to be equal. The message names it, and the
            versions that continue the snapshot.
    """
    versions = {name: written.versions.get(name, "none") for name in sorted({*written.versions, *names})}
    refused = {
        name: reason
        for name, version in versions.items()
        if (reason := _reason(name, version, written, parts, accept)) is not None
    }
    if refused:
        raise _incompatible(versions, refused, parts, accept)
    moved = [
        f"{name} {version} to {version_here(name)}"
        for name, version in versions.items()
        if version != version_here(name)
    ]
    told = [f"continued from {', '.join(moved)}, which are taken for equal"] if moved else []
    if written.cpu != cpu_features():
        told.append(
            f"continued from a processor with {written.cpu} on one with {cpu_features()}: last bits may differ"
        )
    return "; ".join(told) or None


def _reason(name: str, version: str, written: Dependencies, parts: Sequence[str], accept: Accept) -> str | None:
    """Why the version here does not continue what `version` wrote, in a clause; None if it does."""
    here, digest = version_here(name), written.digests.get(f"{name} {version}")
    if version == here:
        # NumPy's digest is also the processor's, which is told and never refused.
        changed = name != "numpy" and digest is not None and digest_here(name) not in (digest, None)
        return "its files are others" if changed else None
    if accept == "exact":
        return "GYM_HTTP_ACCEPT is exact"
    if name == PYTHON:
        return "an object graph or a journal is of one Python"
    if name in ENGINES:
        return "an engine continues its own version alone"
    if _PICKLES in written.versions and _major(version) != _major(here):
        return "an object graph does not cross major versions"
    if name == _PICKLES:  # it builds the objects and computes nothing; what was built is checked
        return None
    if (digest is not None and digest == digest_here(name)) or proves(name, version, here, parts):
        return None
    return f"not proved equal for {' and '.join(parts)}"


def _incompatible(
    versions: Mapping[str, str], refused: Mapping[str, str], parts: Sequence[str], accept: Accept
) -> SnapshotIncompatible:
    told = [f"{name} {versions[name]} (here {version_here(name)}; {reason})" for name, reason in refused.items()]
    others = continuing if accept == "proved" else lambda *_: []
    continued_by = {name: [versions[name], *others(name, versions[name], parts)] for name in refused}
    serve = " and ".join(f"{name} {' or '.join(found)}" for name, found in continued_by.items())
    return SnapshotIncompatible(
        f"The snapshot was written with {', '.join(told)}. It is kept: serve it with {serve}, "
        "or create a new instance.",
        written=dict(versions),
        here={name: version_here(name) for name in versions},
        continued_by=continued_by,
    )


def _major(version: str) -> str:
    return version.partition(".")[0]


@cache
def cpu_features() -> str:
    """The optional instruction sets that NumPy uses in this process, such as `X86_V3 X86_V4`."""
    found: list[str] = np.show_config("dicts")["SIMD Extensions"].get("found", [])
    return " ".join(found)
