"""The query of a request that watches many instances."""

from shared.errors import InstanceNotFound, InvalidValue
from shared.session.stored.reference import Reference
from shared.web.protocol.request import Request
from shared.web.service.auth import watched_by

MOST_IDS = 200
WIDTH, NARROWEST, WIDEST = 160, 16, 1280


def requested_instances(request: Request[None]) -> dict[str, Reference | None]:
    """The ids in `ids`, in order and without duplicates, each with the instance; None if there is none to watch.

    Raises:
        Unauthorized: API keys are set, and the request has none.
        InvalidValue: there are no ids, or too many.
    """
    ids = list(dict.fromkeys(filter(None, request.query.get("ids", "").split(","))))
    request.check_key()
    if not 0 < len(ids) <= MOST_IDS:
        raise InvalidValue(f"ids names {len(ids)} instances; name 1 to {MOST_IDS}, separated by commas.")
    return {each: _watched(request, each) for each in ids}


def width(request: Request[None], *, may_be_none: bool) -> int:
    """The greatest width of a picture in pixels; 0 for no pictures, where `may_be_none`.

    Raises:
        InvalidValue: it is not a number in range.
    """
    given = request.query.get("width", str(WIDTH))
    pixels = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else -1
    if not (NARROWEST <= pixels <= WIDEST or (may_be_none and pixels == 0)):
        none = ", or 0 for none" if may_be_none else ""
        raise InvalidValue(f"width is {given[:40]!r}; send {NARROWEST} to {WIDEST} pixels{none}.")
    return pixels


def _watched(request: Request[None], given: str) -> Reference | None:
    """The instance of an id of the caller's own, or of `OWNER:ID` of somebody else's that the caller may watch."""
    owner, colon, instance_id = given.rpartition(":")
    if colon and owner not in watched_by(request.owner, request.service.settings):
        return None
    try:
        own = request.instance(instance_id)
    except InstanceNotFound:
        return None
    return own._replace(owner=owner) if colon else own
