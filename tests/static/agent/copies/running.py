"""Runs what the playground copies, as the visitor would."""

import ast
import json
import subprocess
import sys
from typing import Any


def run_copy(language: str, program: str, node: str, environment: dict[str, str] | None = None) -> list[Any]:
    """The replies that the program prints, in their order."""
    command = {
        "python": [sys.executable, "-"],
        "javascript": [node, "--input-type=module", "-"],
        "curl": ["sh", "-s"],
    }[language]
    done = subprocess.run(command, input=program, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{language}\n{program[:3000]}\n{done.stdout}\n{done.stderr}"
    read = ast.literal_eval if language == "python" else json.loads
    return [read(line) for line in done.stdout.splitlines()]
