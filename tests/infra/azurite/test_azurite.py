"""The local server of Azure's API starts, or says what it needs."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from infra.azurite import azurite as module
from infra.azurite.azurite import Azurite, azurite


def test_a_container_is_created_once(azurite_server: Azurite) -> None:
    assert azurite_server.create_container("once") == "once"
    with pytest.raises(urllib.error.HTTPError, match="409"):
        azurite_server.create_container("once")


def test_nothing_is_read_without_a_signature(azurite_server: Azurite) -> None:
    with pytest.raises(urllib.error.HTTPError, match=r"40[34]"):
        urllib.request.urlopen(f"{azurite_server.endpoint}/tests/state", timeout=30)


def test_without_its_package_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGES", tmp_path)
    with pytest.raises(RuntimeError, match="npm ci --prefix infra/azurite"), azurite(tmp_path):
        pass
