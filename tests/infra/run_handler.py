"""A program for the artefact's interpreter: it imports one handler from the artefact alone, and sends it an event.

Reads the event on standard input, writes the answer, and the modules' folders that are not the artefact's or the
interpreter's own, as JSON. No other file of the tests is there to be imported.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace


def main(artefact: str, handler: str) -> None:
    """Answer the event on standard input with the handler, `module.name`, of the artefact."""
    sys.path.insert(0, artefact)
    module, _, name = handler.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    context = SimpleNamespace(aws_request_id="test", get_remaining_time_in_millis=lambda: 25_000)
    answer = function(json.load(sys.stdin), context)
    own = (artefact, sys.base_prefix)
    files = [getattr(module, "__file__", None) for module in [*sys.modules.values()]]
    strangers = sorted(
        {str(Path(file).parent) for file in files if file and not file.startswith(own) and file != __file__}
    )
    json.dump({"answer": answer, "strangers": strangers}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # as Lambda ends a function; a thread of obstore's may abort an interpreter that tidies up


if __name__ == "__main__":
    main(*sys.argv[1:])
