"""Lists in pages: which page a request asks for, and where the next one is.

The next page is told in the `Link` header (RFC 8288), so that a page has the form of a whole list. Its address is
the query alone, which holds whatever proxy or stage stands before the path.
"""

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from shared.errors import InvalidValue
from shared.session.stored.reference import Reference
from shared.web.protocol.dialect import UUID

_LONGEST_CURSOR = 1024


class PageAsked(NamedTuple):
    """The page that a request asks for."""

    limit: int
    after: Reference | None
    """What it begins behind; None for the first page."""


def page_asked(query: Mapping[str, str], owners: Collection[str], most: int) -> PageAsked | None:
    """The page that the query's `limit` and `cursor` ask for; None if it has neither.

    A cursor is no secret and grants nothing: it names an instance of one of the owners, who were decided before.

    Raises:
        InvalidValue: `limit` is no whole number from 1 to `most`, or `cursor` comes from no list of these owners.
    """
    limit, cursor = query.get("limit"), query.get("cursor")
    if limit is None and cursor is None:
        return None
    if limit is not None and not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= most):
        raise InvalidValue(f"limit is {limit[:40]!r}; send a whole number from 1 to {most}.")
    return PageAsked(most if limit is None else int(limit), None if cursor is None else _position(cursor, owners))


def link_to_next(query: Mapping[str, str], last: Reference) -> str:
    """The `Link` header of a page that ends with `last`, for the same query."""
    cursor = base64.urlsafe_b64encode(f"{last.owner}/{last.instance_id}".encode()).decode().rstrip("=")
    return f'<?{urlencode({**query, "cursor": cursor})}>; rel="next"'


def _position(cursor: str, owners: Collection[str]) -> Reference:
    try:
        text = base64.b64decode(f"{cursor[:_LONGEST_CURSOR]}===", altchars=b"-_", validate=False).decode()
    except (binascii.Error, ValueError):
        text = ""
    owner, _, instance_id = text.rpartition("/")
    if owner not in owners or not UUID.fullmatch(instance_id):
        raise InvalidValue(
            f"cursor is {cursor[:40]!r}, which is none of this list's; take that in the Link of the page before, "
            "or leave it out for the first page."
        )
    return Reference(owner, instance_id)
