"""The service as an application holds it: opened at its first request, and from then on the same."""

from shared.settings import Settings
from shared.web.service.service import Service, open_service


class OpenedService:
    """The service, opened when first asked for; one that cannot be opened is tried again."""

    def __init__(self, settings: Settings | None) -> None:
        self._settings = settings
        self.opened: Service | None = None

    def open(self, *, metrics: bool = False) -> Service:
        """The service. With `metrics`, one that is opened now counts its requests and store calls.

        Raises:
            Misconfigured, StoreUnavailable: see `open_service`.
        """
        if self.opened is None:
            self.opened = open_service(self._settings, metrics=metrics)
        return self.opened
