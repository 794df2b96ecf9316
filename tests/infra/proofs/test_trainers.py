"""`make trainers` serves for each trainer as long as that runs, and counts those that came to something else."""

import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from infra.proofs import trainers
from tests.servers import ROOT

# In place of each trainer's interpreter, which would run the package `training` there, and then the page's block.
LEARNER = """#!{python}
import pathlib, sys, urllib.request
if sys.argv[1] == "-c":
    exec(sys.argv[2])
    sys.exit()
_, flag, module, name, option, url = sys.argv
assert (flag, module, option) == ("-m", "training", "--url")
assert urllib.request.urlopen(f"{{url}}/v1/health/").status == 200
told = pathlib.Path({told!r})
told.write_text(url)
sys.exit(name == "other")
"""
BLOCK = """
## {name}

```python
print(len("http://127.0.0.1:5000") > {least})  # True
```
"""


def test_each_trainer_is_served_and_those_that_differ_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    told, page = tmp_path / "url", tmp_path / "page.md"
    for name in ("same", "other", "same-too", "untrue"):
        python = tmp_path / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(LEARNER.format(python=sys.executable, told=str(told)))
        python.chmod(0o755)
    blocks = [
        BLOCK.format(name=name, least=99 if name == "untrue" else 9) for name in ("same", "same-too", "untrue")
    ]
    page.write_text("".join(blocks))
    monkeypatch.setattr(trainers, "_PAGE", page)
    assert trainers.main(str(tmp_path), "same", "same-too") == 0
    assert trainers.main(str(tmp_path), "other", "same", "untrue") == 2
    first, second = capfd.readouterr().out.splitlines()
    assert first == "other FAILED: it did not come to the same as in process"
    assert second == f"untrue FAILED: its block in {page} printed 'False\\n' instead of 'True'"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(told.read_text(), timeout=5)


@pytest.mark.parametrize("name", ["stable-baselines3", "torchrl", "tianshou", "skrl", "cleanrl"])
def test_the_page_shows_each_trainer_of_the_makefile(name: str) -> None:
    program, said = trainers.example(name)
    assert "http://127.0.0.1:5000" in program
    assert said
    assert name in (ROOT / "Makefile").read_text().partition("TRAINERS := ")[2].partition("\n")[0].split()
