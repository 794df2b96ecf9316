"""The form of an error, which every endpoint may reply with."""

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12


class Problem(TypedDict, total=False):
    """An error as in RFC 9457. Further members hold the evidence."""

    type: str
    title: str
    status: int
    detail: str
