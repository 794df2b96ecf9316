"""What a cluster does with the chart's manifests, by processes of this machine: pods, and an ingress before them.

Each pod has an address of its own, as in a cluster: every address of 127.0.0.0/8 is this machine's.
"""

import getpass
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.infra.kubernetes.chart import Manifest, lacking, variables
from tests.servers import ROOT

_READY_S = 120.0
_INGRESS_PORT = 8080
_ANNOTATION = "nginx.ingress.kubernetes.io/"


def new_address() -> str:
    """An address of this machine that nobody else uses."""
    return ".".join(["127", *(str(random.SystemRandom().randint(1, 254)) for _ in range(3))])


class Pod:
    """The one container of a pod, as processes of this machine."""

    def __init__(self, deployment: Manifest, secrets: Mapping[str, Mapping[str, str]], more: Mapping[str, str]):
        """`more` are variables that a cluster would bring: how its bucket is reached."""
        self._spec = deployment["spec"]["template"]["spec"]
        [self._container] = self._spec["containers"]
        self._environment = {**os.environ, **more, **variables(self._container, secrets)}
        self.address = new_address()
        self.start()

    def start(self) -> None:
        """Start the container, as it is started again once it has ended."""
        python, *arguments = self._container["args"]
        assert python == "python"
        own = [self.address if argument == "0.0.0.0" else argument for argument in arguments]
        self._process = subprocess.Popen(
            [sys.executable, *own],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def endpoint(self) -> str:
        """Where its Service would send calls."""
        [port] = [each["containerPort"] for each in self._container["ports"] if each["name"] == "http"]
        return f"{self.address}:{port}"

    def wait_until_ready(self) -> None:
        """Ask its readiness probe until it is ready."""
        path, deadline = self._container["readinessProbe"]["httpGet"]["path"], time.monotonic() + _READY_S
        while True:
            try:
                with urllib.request.urlopen(f"http://{self.endpoint}{path}", timeout=5) as reply:
                    assert reply.status == 200
                    return
            except OSError:
                assert time.monotonic() < deadline, "the pod did not become ready"
                assert self._process.poll() is None, f"the container ended with {self._process.returncode}"
                time.sleep(0.1)

    def kill(self) -> None:
        """End every process of it at once, as a node that fails does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def delete(self) -> float:
        """End it as Kubernetes does, and return the seconds from SIGTERM to its end."""
        began = time.monotonic()
        grace_s = float(self._spec["terminationGracePeriodSeconds"])
        subprocess.run(self._container["lifecycle"]["preStop"]["exec"]["command"], check=True, timeout=grace_s)
        told = time.monotonic()
        self._process.terminate()
        self._process.wait(grace_s - (told - began))
        return time.monotonic() - told


class Ingress:
    """nginx with what ingress-nginx makes of Ingress manifests."""

    def __init__(self, folder: Path, manifests: Sequence[Manifest]) -> None:
        self._folder = folder
        self._ingresses = [each for each in manifests if each["kind"] == "Ingress"]
        self.address = new_address()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients call."""
        return f"http://{self.address}:{_INGRESS_PORT}"

    @contextmanager
    def serving(self, pods: Sequence[Pod]) -> Iterator[None]:
        """Serve until the block ends; the test is skipped where nginx is missing."""
        nginx = shutil.which("nginx")
        if nginx is None:
            lacking("nginx is missing; install Debian's package nginx-light")
        self._write(pods)
        # Its own default log may be in a folder of root's.
        log = str(self._folder / "error.log")
        command = [nginx, "-e", log, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        with subprocess.Popen(command) as self._process:
            try:
                yield
            finally:
                self._process.terminate()

    def send_to(self, pods: Sequence[Pod]) -> None:
        """Choose among these pods from now on, as ingress-nginx does once a pod is ready or about to end."""
        assert self._process is not None
        self._write(pods)
        self._process.send_signal(signal.SIGHUP)

    def answered(self) -> Sequence[tuple[str, int, str]]:
        """Of each request to an instance its path, its status, and the pods that were asked."""
        lines = (line.split(" ", 2) for line in (self._folder / "access.log").read_text().splitlines())
        return [(path, int(status), asked) for path, status, asked in lines]

    def _write(self, pods: Sequence[Pod]) -> None:
        temporary = "\n".join(
            f"{kind}_temp_path {self._folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        draft = self._folder / "nginx.conf.part"
        draft.write_text(f"""
daemon off;
user {getpass.getuser()};
worker_processes 1;
pid {self._folder}/nginx.pid;
error_log {self._folder}/error.log;
events {{}}
http {{
{temporary}
log_format answered '$uri $status $upstream_addr';
access_log {self._folder}/access.log answered;
{"".join(_upstream(each, pods) for each in self._ingresses)}
server {{
listen {self.address}:{_INGRESS_PORT};
{"".join(_location(each, path) for each, path in self._by_length())}
}}
}}
""")
        draft.rename(self._folder / "nginx.conf")

    def _by_length(self) -> Sequence[tuple[Manifest, Mapping[str, Any]]]:
        """Of several paths that fit, ingress-nginx takes the longest; nginx takes the first expression."""
        pairs = [(each, path) for each in self._ingresses for path in each["spec"]["rules"][0]["http"]["paths"]]
        return sorted(pairs, key=lambda pair: -len(pair[1]["path"]))


def _upstream(ingress: Manifest, pods: Sequence[Pod]) -> str:
    key = ingress["metadata"]["annotations"].get(f"{_ANNOTATION}upstream-hash-by")
    chosen = "" if key is None else f"hash {key} consistent;"
    servers = "".join(f"server {pod.endpoint};" for pod in pods)
    return f"upstream {ingress['metadata']['name']} {{ {chosen} {servers} keepalive 16; }}\n"


def _location(ingress: Manifest, path: Mapping[str, Any]) -> str:
    annotations = ingress["metadata"]["annotations"]
    return f"""location ~* "^{path["path"]}" {{
proxy_pass http://{path["backend"]["service"]["name"]};
proxy_http_version 1.1;
proxy_set_header Connection "";
proxy_set_header Host $host;
client_max_body_size {annotations[f"{_ANNOTATION}proxy-body-size"]};
proxy_read_timeout {annotations[f"{_ANNOTATION}proxy-read-timeout"]}s;
}}
"""
