"""What the query of a call that watches many environments asks for."""

from shared.errors import InstanceNotFound, InvalidValue
from shared.session.stored.reference import Reference
from shared.web.protocol.request import Request

MOST_IDS = 200
WIDTH, NARROWEST, WIDEST = 160, 16, 1280


def watched(request: Request[None]) -> dict[str, Reference | None]:
    """The words of `ids`, each once and in order, with the caller's instance that one may name.

    Raises:
        Unauthorized: API keys are set, and the call brought none.
        InvalidValue: it names none, or too many.
    """
    ids = list(dict.fromkeys(filter(None, request.query.get("ids", "").split(","))))
    request.check_key()
    if not 0 < len(ids) <= MOST_IDS:
        raise InvalidValue(f"ids names {len(ids)} instances; name 1 to {MOST_IDS}, with commas between.")
    return {each: _instance(request, each) for each in ids}


def width(request: Request[None], *, may_be_none: bool) -> int:
    """The pixels that a picture is at most wide; 0 for no pictures, where that is a choice.

    Raises:
        InvalidValue: it is something else.
    """
    given = request.query.get("width", str(WIDTH))
    pixels = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else -1
    if not (NARROWEST <= pixels <= WIDEST or (may_be_none and pixels == 0)):
        none = ", or 0 for none" if may_be_none else ""
        raise InvalidValue(f"width is {given[:40]!r}; send {NARROWEST} to {WIDEST} pixels{none}.")
    return pixels


def _instance(request: Request[None], word: str) -> Reference | None:
    try:
        return request.instance(word)
    except InstanceNotFound:
        return None
