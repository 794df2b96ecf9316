"""No garbage is collected while a function is imported, and as usual once it serves."""

import json
import subprocess
import sys

PROGRAM = """
import gc, json
usual = gc.get_threshold()
collected = []
gc.callbacks.append(lambda phase, info: collected.append(phase))
import functions.step_env
imported = len(collected)
from shared.settings import Settings
from shared.web.service.service import open_service
frozen = []
for _ in range(2):
    open_service(Settings(store="memory:"))
    frozen.append(gc.get_freeze_count())
print(json.dumps([usual == gc.get_threshold(), imported, frozen]))
"""


def test_what_is_imported_is_looked_through_neither_then_nor_later() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    as_usual, collections, frozen = json.loads(done.stdout)
    assert as_usual
    assert collections <= 4, "before the first line of the functions there may be one"
    assert frozen[0] > 50_000


def test_garbage_of_a_service_is_never_kept_for_good() -> None:
    """What stands when a second service is opened may be garbage of the first, so it is not frozen."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    _, _, [first, second] = json.loads(done.stdout)
    assert second <= first
