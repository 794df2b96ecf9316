"""Containers run by Docker, or by buildah where there is no daemon."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ENGINES = ("docker", "buildah")

_GRACE_S = 30.0
_HOST_NETWORK = "--network=host"


@contextmanager
def running(
    engine: str, image: str, command: Sequence[str], mounts: Mapping[Path, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the command after the image's entry point, in a new container on the host's network.

    `mounts` maps folders and files of the host to their places in the container. The process's output is the
    container's. At the end of the block the container gets SIGTERM, and the process ends with its status.
    """
    volumes = [f"--volume={host.resolve()}:{inside}" for host, inside in mounts.items()]
    if engine == "docker":
        run = ["docker", "run", "--rm", _HOST_NETWORK, *volumes, image, *command]
        with _started(run, subprocess.Popen.terminate) as process:
            yield process
        return
    described = configuration(engine, image)
    container = _output("buildah", "from", image).strip()
    try:
        for volume in described["Volumes"]:  # a volume would hide what is mounted there
            _output("buildah", "config", f"--volume={volume}-", container)
        run = ["buildah", "run", "--isolation=chroot", _HOST_NETWORK, *volumes, container, "--"]
        with _started([*run, *described["Entrypoint"], *command], _terminate_tini) as process:
            yield process
    finally:
        _output("buildah", "rm", container)


def configuration(engine: str, image: str) -> dict[str, Any]:
    """The image's configuration: `Cmd`, `Entrypoint`, `User`, `Volumes` and so on.

    Raises:
        subprocess.CalledProcessError: there is no such image.
    """
    if engine == "docker":
        found: dict[str, Any] = json.loads(_output("docker", "image", "inspect", image))[0]["Config"]
    else:
        found = json.loads(_output("buildah", "inspect", "--type", "image", image))["Docker"]["config"]
    return found


@contextmanager
def _started(
    command: Sequence[str], stop: Callable[["subprocess.Popen[bytes]"], None]
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        stop(process)
        try:
            process.communicate(timeout=_GRACE_S)
        finally:
            process.kill()


def _terminate_tini(process: "subprocess.Popen[bytes]") -> None:
    """Terminate the container's first process; on SIGTERM, buildah itself would kill it."""
    subprocess.run(["pkill", "--session", str(process.pid), "--exact", "tini"], check=False)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
