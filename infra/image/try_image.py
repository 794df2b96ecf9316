"""Try an image for real: environments of every family, a new container over the same volume, and a function.

`make test-image` and the release do so. The function runs in AWS's Runtime Interface Emulator.
"""

import argparse
import base64
import io
import json
import re
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from infra.aws.template import Route
from infra.emulator import event as lambda_event
from infra.emulator.sandbox import emulator
from infra.image import container

ENVIRONMENTS = ("CartPole-v1", "ALE/Pong-v5", "LunarLander-v3", "HalfCheetah-v5")

_LISTENING = re.compile(rb"Uvicorn running on http://(\S+)")
_RENDER = Route("GET", "/v1/envs/{instance_id}/monitor/render")
_PATIENCE_S = 120.0


def main() -> None:
    """Say what was tried; a failure is an exception."""
    parser = argparse.ArgumentParser(prog="python -m infra.image.try_image", description=main.__doc__)
    parser.add_argument("image")
    parser.add_argument("--engine", choices=container.ENGINES, default="docker")
    given = parser.parse_args()
    assert container.configuration(given.engine, given.image)["User"] not in ("", "0", "root")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        data.chmod(0o777)  # the container's user is another
        made = _made(given.engine, given.image, data)
        _continued(given.engine, given.image, data, made)
        _in_a_function(given.engine, given.image, data, made["HalfCheetah-v5"])


def _made(engine: str, image: str, data: Path) -> dict[str, str]:
    """The ids of environments that were made, stepped and drawn."""
    made = {}
    with _server(engine, image, data) as url:
        for env_id in ENVIRONMENTS:
            created = _call(f"{url}/v1/envs/", {"env_id": env_id, "render_mode": "rgb_array"})
            made[env_id] = path = f"/v1/envs/{created['instance_id']}"
            _call(f"{url}{path}/reset/", {"seed": 1})
            _step(f"{url}{path}")
            print(f"{env_id} steps and draws {_drawn(_call(f'{url}{path}/monitor/render/'))}")
    return made


def _continued(engine: str, image: str, data: Path, made: dict[str, str]) -> None:
    with _server(engine, image, data) as url:
        for path in made.values():
            _step(f"{url}{path}")
            assert _call(f"{url}{path}/")["steps"] == 2
    print("another container over the same volume continues them")


def _in_a_function(engine: str, image: str, data: Path, path: str) -> None:
    """Draw one, by the image's Lambda command."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    mounts = {data: "/data", emulator(): "/usr/local/bin/emulator"}
    command = ["emulator", "--log-level=error", f"--runtime-interface-emulator-address={address}"]
    command += ["python", "-m", "awslambdaric", "functions.monitor_render.handler"]
    event = lambda_event.event(_RENDER, f"{path}/monitor/render", parameters={"instance_id": Path(path).name})
    with container.running(engine, image, command, mounts) as process:
        _wait_for(address, process)
        answer = lambda_event.reply(_call(f"http://{address}/2015-03-31/functions/function/invocations", event))
    assert answer.status == 200, answer.content
    print(f"as a function it draws {_drawn(json.loads(answer.content))}")


@contextmanager
def _server(engine: str, image: str, data: Path) -> Iterator[str]:
    """The address of the image's own command, on a port that the system chooses."""
    command = [*container.configuration(engine, image)["Cmd"], "--port", "0"]
    with container.running(engine, image, command, {data: "/data"}) as process:
        assert process.stdout is not None
        output = b""
        for line in process.stdout:
            output += line
            if listening := _LISTENING.search(line):
                address = listening[1].decode().replace("0.0.0.0", "127.0.0.1")
                _wait_for(address, process)
                yield f"http://{address}"
                break
        else:
            raise AssertionError(output.decode())
    assert process.returncode == 0, "the server does not end as it should when it is told to"


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, "the container has ended"
            assert time.monotonic() < deadline, "the container does not listen"
            time.sleep(0.1)


def _step(env: str) -> None:
    _call(f"{env}/step/", {"action": _call(f"{env}/action_space/sample/", {})["sample"]})


def _drawn(reply: dict[str, Any]) -> str:
    """The size of the picture, which is not of one colour."""
    picture = Image.open(io.BytesIO(base64.b64decode(reply["data"]))).convert("L")
    assert len(picture.getcolors() or ()) > 1, "the picture is empty"
    return "x".join(map(str, picture.size))


def _call(url: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
