"""A server for `make trainers`. Each trainer runs in a virtual environment of its own, by `python -m training`."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from shared.variables import child_environment

_LISTENING = re.compile(r"Uvicorn running on (http://\S+)")
_FOLDER = Path("clients/python")
_PAGE = Path("docs/trainers.md")
_ADDRESS = "http://127.0.0.1:5000"
"""Where the server is in the page."""


def main(environments: str, *names: str) -> int:
    """Serve on a free port while each trainer learns; return how many did not come to the same as in process.

    `environments` is the folder of the virtual environments, which have the trainers' names.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "functions.local:app", "--port", "0", "--no-access-log"],
            env=child_environment(GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db", GYM_HTTP_LOG="errors"),
            stderr=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        assert server.stderr is not None
        try:
            listening = next(filter(None, map(_LISTENING.search, server.stderr)), None)
            if listening is None:
                return len(names)
            return sum(_differs(Path(environments).absolute(), name, listening[1]) for name in names)
        finally:
            server.terminate()


def _differs(environments: Path, name: str, url: str) -> bool:
    python = environments / name / "bin" / "python"
    if subprocess.run([python, "-m", "training", name, "--url", url], cwd=_FOLDER).returncode:
        print(f"{name} FAILED: it did not come to the same as in process", flush=True)
        return True
    program, said = example(name)
    ran = subprocess.run([python, "-c", program.replace(_ADDRESS, url)], stdout=subprocess.PIPE, text=True)
    if ran.returncode or ran.stdout != f"{said}\n":
        print(f"{name} FAILED: its block in {_PAGE} printed {ran.stdout!r} instead of {said!r}", flush=True)
        return True
    return False


def example(name: str) -> tuple[str, str]:
    """The trainer's block in the page, and what it says that it prints."""
    [section] = re.findall(rf"^## {re.escape(name)}$(.*?)(?=^## |\Z)", _PAGE.read_text(), re.MULTILINE | re.DOTALL)
    [program] = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    [said] = re.findall(r"print\(.*\)  # (.*)", program)
    return program, said


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
