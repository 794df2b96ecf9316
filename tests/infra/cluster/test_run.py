"""`make run-cluster`: a server that is killed takes no instance with it, and all ends when it is told to."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import gymnasium
import gymnasium_http
import numpy as np
import pytest

from tests.infra.proxy.proxies import free_address, lacking
from tests.servers import ROOT


@pytest.mark.slow
def test_an_episode_goes_on_when_its_server_is_killed(tmp_path: Path) -> None:
    port = int(free_address().rpartition(":")[2])
    command = [sys.executable, "-m", "infra.cluster.run", "--port", str(port), "--servers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GYM_HTTP_LOG": "off"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as cluster:
        assert cluster.stdout is not None
        told = ""
        for line in cluster.stdout:
            told += line
            if "nginx before them" in line:
                break
        if "nginx before them" not in told:
            cluster.wait(60)
            lacking("nginx is missing; install Debian's package nginx-light")
        servers = [int(pid) for pid in re.findall(r"process (\d+)", told)]
        assert len(servers) == 2
        try:
            here = gymnasium.make("CartPole-v1")
            with gymnasium_http.make("CartPole-v1", url=f"http://127.0.0.1:{port}") as there:
                np.testing.assert_array_equal(there.reset(seed=1)[0], here.reset(seed=1)[0])
                for number in range(9):
                    if number == 3:
                        os.kill(servers[0], signal.SIGKILL)
                    np.testing.assert_array_equal(there.step(number % 2)[0], here.step(number % 2)[0])
        finally:
            cluster.send_signal(signal.SIGTERM)
            assert cluster.wait(90) == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/livez/", timeout=5)


def test_without_nginx_it_says_what_to_install_before_it_starts_anything(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_NGINX]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": str(tmp_path)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("nginx is missing; install it by `apt install nginx-light`")
    assert not (tmp_path / ".gym-http").exists()


WITHOUT_NGINX = """
import shutil
shutil.which = lambda name, path=None: None
from infra.cluster.run import main
main()
"""
