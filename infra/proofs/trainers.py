"""A server for `make train`. The learner runs in another virtual environment, which has torch."""

import re
import subprocess
import sys
import tempfile

from shared.variables import child_environment

_LISTENING = re.compile(r"Uvicorn running on (http://\S+)")
_SCRIPT = "clients/python/training/same_parameters.py"


def main(python: str, *arguments: str) -> int:
    """Serve on a free port while the given interpreter runs the learner; return the learner's exit status."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "functions.local:app", "--port", "0", "--no-access-log"],
            env=child_environment(GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db"),
            stderr=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        assert server.stderr is not None
        try:
            listening = next(filter(None, map(_LISTENING.search, server.stderr)), None)
            if listening is None:
                return 1
            return subprocess.run([python, _SCRIPT, "--url", listening[1], *arguments]).returncode
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
