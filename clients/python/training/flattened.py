"""The tensors in what a trainer keeps, such as a `state_dict`, as arrays under their paths."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from numpy.typing import NDArray


def flattened(kept: Any, path: str = "") -> dict[str, NDArray[Any]]:
    """Every tensor within maps and sequences. Whatever is no tensor is left out."""
    if isinstance(kept, torch.Tensor):
        return {path: kept.detach().cpu().numpy().copy()}
    parts: dict[str, Any] = {}
    if isinstance(kept, Mapping):
        parts = {str(name): part for name, part in kept.items()}
    elif isinstance(kept, Sequence) and not isinstance(kept, str | bytes):
        parts = {str(number): part for number, part in enumerate(kept)}
    found: dict[str, NDArray[Any]] = {}
    for name, part in parts.items():
        found |= flattened(part, f"{path}.{name}" if path else name)
    return found


def seeded(seed: int) -> None:
    """Seed torch, and let it compute in one thread, whose sums have one order."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
