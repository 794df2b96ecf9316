"""Every block of the client's README runs, and the package stands alone."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).parents[1]
README = (CLIENT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_blocks_run_in_order_and_print_what_they_say(url: str) -> None:
    assert [kind for kind, _ in BLOCKS] == [
        "python",
        "",
        "python",
        "",
        "python",
        "",
        "python",
        "",
        "python",
        "",
        "python",
        "python",
        "",
    ]
    names: dict[str, object] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for kind, block in BLOCKS:
            if kind == "python":
                exec(block.replace("http://127.0.0.1:5000", url), names)
    assert printed.getvalue() == "".join(block for kind, block in BLOCKS if not kind)


def test_the_package_imports_nothing_of_the_server(tmp_path: Path) -> None:
    program = (
        "import sys, gymnasium_http\n"
        "heavy = ('shared', 'functions', 'fastapi', 'tqdm', 'PIL')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    output = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CLIENT / "src")},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert output == "[]\n"
