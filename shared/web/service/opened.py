"""The service as an application holds it: opened at its first request, and from then on the same."""

from shared.settings import Settings
from shared.web.service.service import Service, open_service


class OpenedService:
    """The service, opened when first asked for; one that cannot be opened is tried again."""

    def __init__(self, settings: Settings | None, *, one_at_a_time: bool = False) -> None:
        """With `one_at_a_time`, a function makes at most one environment at once."""
        self._settings = settings
        self._one_at_a_time = one_at_a_time
        self.opened: Service | None = None

    def open(self, *, metrics: bool = False) -> Service:
        """The service. With `metrics`, one that is opened now counts its requests and store calls.

        Raises:
            Misconfigured, StoreUnavailable: see `open_service`.
        """
        if self.opened is None:
            one_at_a_time = self._one_at_a_time and not metrics  # a server has several requests at once
            self.opened = open_service(self._settings, metrics=metrics, one_at_a_time=one_at_a_time)
        return self.opened
