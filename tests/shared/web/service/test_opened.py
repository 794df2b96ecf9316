"""An application's service is opened by whoever needs it first."""

from typing import Any

import pytest

from shared.errors import Misconfigured
from shared.settings import Settings
from shared.web.service.opened import OpenedService


def test_a_service_is_opened_once_and_one_that_cannot_be_opened_is_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def open_service(chosen: Settings, **_: bool) -> Any:
        made.append(chosen)
        if len(made) == 1:
            raise Misconfigured("Not yet.")
        return object()

    monkeypatch.setattr("shared.web.service.opened.open_service", open_service)
    service = OpenedService(settings)
    with pytest.raises(Misconfigured):
        service.open()
    assert service.opened is None
    assert service.open() is service.open() is service.opened
    assert made == [settings] * 2


def test_a_server_registers_every_id_before_it_serves(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, bool]] = []
    monkeypatch.setattr("shared.web.service.opened.open_service", lambda _, **options: asked.append(options))
    OpenedService(settings, one_at_a_time=True).open(metrics=True)
    OpenedService(settings, one_at_a_time=True).open()
    assert asked == [{"metrics": True, "one_at_a_time": False}, {"metrics": False, "one_at_a_time": True}]
