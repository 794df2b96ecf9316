"""What failed requests to a cloud's store mean: a conflict, an unknown outcome, or an unavailable store.

A conditional write has failed only if an answer or an error proves that it was not done.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from shared.errors import OutcomeUnknown, StoreFailed, StoreUnavailable
from shared.storage.protocol import Conflict

# obstore's exceptions have no attributes: the answer is in their text, an HTTP status and then the body, and the
# kind of a failure without an answer in the debugging output after it. Tests guard each against the installed
# release; what is not recognised counts as an unknown outcome.
_STATUS = r"status code: (\d{3})"  # compiled with the first failure: that of all three takes 2 ms
_CODE = r"<Code>(\w+)</Code>|\(code: (\w+)\)"
_KIND = r"\bkind: (Connect|Request|Timeout|Interrupted|Decode|Unknown)\b"
_REDIRECT = "Received redirect"

_REFUSED = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})


class Failure(NamedTuple):
    """All that is known of a request that failed."""

    status: int | None = None
    """The HTTP status of the answer; None if there was none."""
    code: str = ""
    """The answer's own word for the error: S3's `Code`, Azure's `Code`."""
    kind: str = ""
    """Without an answer: how the request failed."""
    sent_once: bool = False
    """Whether the request was certainly sent no more than once."""

    @property
    def connected(self) -> bool:
        """Whether the request may have reached the server."""
        return self.kind != "Connect"

    def __str__(self) -> str:
        # The code alone: the answer's message, and the address in an error's text, may hold secrets.
        if self.status is not None:
            return f"{self.status} {self.code}".rstrip()
        return f"no answer ({self.kind})" if self.kind else "no usable answer"


def failure_of(error: Exception, *, sent_once: bool) -> Failure:
    """What an exception of obstore says."""
    text = str(error)
    status, code, kind = re.search(_STATUS, text), re.search(_CODE, text), re.search(_KIND, text)
    return Failure(
        status=int(status[1]) if status else None,
        code=(code[1] or code[2]) if code else "",
        kind="redirect" if _REDIRECT in text else kind[1] if kind else "",
        sent_once=sent_once,
    )


def host_of(endpoint: str | None) -> str:
    """The host and port in an address, without the credentials that may stand before them."""
    return urlsplit(endpoint or "").netloc.rpartition("@")[2]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the objects are, in the words of who runs the service."""

    name: str
    """Such as `the bucket 'snapshots'`."""
    server: str
    """Such as `S3`."""
    host: str = ""
    """The server's host and port, if it is not the cloud's own."""
    missing: frozenset[str]
    """The codes of an answer that says that the bucket or container is not there."""
    refusals: frozenset[str]
    """The codes of an answer that is sent only before a write is done."""
    advice: Mapping[str, str]
    """What to do, by the answer's code or by the kind of failure."""
    check: str
    """What to check where nothing better is known."""

    def meaning(self, failure: Failure, conditional: bool) -> Conflict | StoreFailed:
        """What a failed call means; `conditional` if it was a conditional write."""
        if conditional and failure.status in _REFUSED and failure.code not in self.missing:
            sent_once = failure.sent_once and failure.code in self.refusals
            return Conflict(f"{self.server} answered {failure}", sent_once=sent_once)
        if conditional and self._may_be_done(failure):
            return OutcomeUnknown(
                f"{self.server} did not confirm a conditional write ({failure}); it may be done: "
                "read the object back."
            )
        return self.unavailable(failure)

    def unavailable(self, failure: Failure) -> StoreUnavailable:
        """The store cannot be used, and what to do about it."""
        reason = f"{self.server} answered {failure}" if failure.status else f"{self.server} gave {failure}"
        advice = self.advice.get(failure.code or str(failure.status or failure.kind))
        if not failure.connected:
            reason = f"no connection to {self.host or self.server}"
        return self.unusable(reason, advice or self.check)

    def unusable(self, reason: str, advice: str) -> StoreUnavailable:
        """The store cannot be used for this reason."""
        return StoreUnavailable(f"{self.name} named by GYM_HTTP_STORE cannot be used: {reason}; {advice}.")

    @staticmethod
    def _may_be_done(failure: Failure) -> bool:
        if failure.status is None:
            return failure.connected and failure.kind != "redirect"
        return failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR and failure.status != HTTPStatus.NOT_IMPLEMENTED
