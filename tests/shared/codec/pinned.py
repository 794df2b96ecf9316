"""Values whose bytes are pinned in `pinned.json`: stored snapshots hold them, and clients in use read them."""

import json
from collections import OrderedDict, deque
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.spaces import GraphInstance

from shared.codec.plain import MISSING

PINNED: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "pinned.json").read_text())
"""By dialect and name, the bytes in hexadecimal. They are never made anew: add, and change none."""

PLAIN: dict[str, Any] = {
    "cartpole": [
        {
            "1.state": np.array([0.1, -0.2, 0.03, float("nan")]),
            "1.steps_beyond_terminated": None,
            "0._elapsed_steps": 7,
            "x": MISSING,
        },
        42,
        [bytes(range(40)), bytes(40)],
    ],
    "integers": [0, -1, 2**63, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1, 2**127, -(2**200), True],
    "floats": [0.1, -0.0, float("inf")],
    "texts": ["", "Grüße", b"\xff", "a" * 300],
    "containers": [
        (1, (2.0, [3])),
        {},
        {"ä": 1},
        {(1, 2): "a", 2**70: None},
        deque([1, (2,)], 4),
        deque(),
    ],
    "arrays": [
        np.arange(6, dtype=">i4").reshape(2, 3),
        np.asfortranarray(np.ones((2, 3), np.float32)),
        np.zeros((0, 3), np.float16),
        np.array(5, np.int16),
        np.array(["a", "bcd"]),
        np.array(["NaT", "2026-01-31"], "datetime64[D]"),
        np.array([1 + 2j]),
    ],
    "scalars": [
        np.float32(0.1),
        np.int8(-7),
        np.bool_(True),
        np.datetime64("2026-01-31", "D"),
        np.uint64(2**64 - 1),
    ],
}

EXACT: dict[str, Any] = {
    "cartpole reply": {
        "observation": np.array([0.1, -0.2, 0.03, 0.5], np.float32),
        "reward": 1.0,
        "terminated": False,
        "truncated": False,
        "info": {},
    },
    "integers": [0, -1, 2**63, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1, 2**127, True],
    "floats": [0.1, -0.0, float("inf"), 3 - 0.5j],
    "texts": ["", "Grüße", b"\xff", "\ud800"],
    "containers": [
        (1, (2.0, [3])),
        {},
        {"ä": 1},
        {1: "int", "1": "str", (2, 3): None},
        OrderedDict(b=1, a=2),
        {3},
        frozenset({"x"}),
        deque([1]),
    ],
    "arrays": [
        np.arange(6, dtype=">i4").reshape(2, 3),
        np.asfortranarray(np.ones((2, 3), np.float32)),
        np.zeros((0, 3), np.float16),
        np.array(5, np.int16),
        np.array(["a", "bcd"]),
        np.array([[1, 2], None], object),
        np.array([(1, 2.0)], "i4,f8"),
        np.array(["NaT"], "datetime64[D]"),
    ],
    "scalars": [
        np.float32(0.1),
        np.int8(-7),
        np.bool_(True),
        np.datetime64("2026-01-31", "D"),
        np.str_("t"),
        np.bytes_(b"t"),
    ],
    "graph": GraphInstance(np.eye(2, dtype=np.float32), None, None),
}
