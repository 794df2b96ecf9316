"""The address of a store: the value of GYM_HTTP_STORE, taken apart once."""

from typing import NamedTuple

from shared.errors import Misconfigured


class StoreAddress(NamedTuple):
    """`scheme:location`. The scheme chooses the store, and the store reads the location."""

    scheme: str
    """Empty where the value has no colon; no store has that scheme."""
    location: str
    """Everything after the first colon, as it was written, without decoding."""

    @classmethod
    def parse(cls, url: str) -> "StoreAddress":
        """The parts of `url`. Any text has them; `open_store` refuses those that no store has."""
        scheme, colon, location = url.partition(":")
        return cls(scheme, location) if colon else cls("", url)

    def malformed(self, *forms: str) -> Misconfigured:
        """The error for a location that the store cannot read; `forms` are those that it can.

        The value is not repeated: it may hold credentials.
        """
        return Misconfigured(f"GYM_HTTP_STORE is not a valid {self.scheme}: address; write {' or '.join(forms)}.")
